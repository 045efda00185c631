// Where messages are found and kept. English is the source; the schedule keeps its own files.
import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "es", "pt-BR", "pseudo"],
  pseudoLocale: "pseudo",
  fallbackLocales: { pseudo: "en", default: "en" },
  catalogs: [
    {
      path: "src/locales/{locale}",
      include: ["src"],
      exclude: ["**/*.test.*", "src/features/schedule/**"],
    },
    {
      path: "src/features/schedule/locales/{locale}",
      include: ["src/features/schedule"],
      exclude: ["**/*.test.*"],
    },
  ],
  format: formatter({ lineNumbers: false, origins: false, explicitIdAsDefault: false }),
});
