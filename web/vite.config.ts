// How the web app is built: React, message macros and styles, with nothing inline so that a strict
// Content-Security-Policy holds.
import { fileURLToPath } from "node:url";
import { lingui } from "@lingui/vite-plugin";
import babel from "@rolldown/plugin-babel";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.RAALLY_API ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [
    babel({
      plugins: ["@lingui/babel-plugin-lingui-macro"],
      parserOpts: { plugins: ["typescript", "jsx"] },
      include: /src\/.*\.tsx?$/,
    } as never),
    react(),
    // `vite build --mode draft` is for work in progress: what isn't translated yet stays English.
    lingui({ failOnMissing: mode === "production", failOnCompileError: true }),
    tailwindcss(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs comes in one file; small shared pieces aren't worth a request each.
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack[\\/](react-router|router-core|history|store|react-store|query-core|react-query)|@lingui[\\/](core|react|message-utils))[\\/]/,
            },
            {
              name: "base",
              test: /src[\\/](api|shared[\\/](actions|i18n|forms[\\/](Failure|useForm)|workspace|ui[\\/](Badge|Button|classes|Field|Icon|states|toast|Toaster|Logo)|names|problems|theme|days|search|layout))/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": api } },
  preview: { proxy: { "/api": api } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
  },
}));
