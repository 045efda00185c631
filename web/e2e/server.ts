// The real server on an empty database, one for each worker, and the steps that every journey begins with.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

const root = new URL("../../", import.meta.url).pathname;
const READY_MS_MAX = 30_000;
export const PASSWORD = "a sentence that nobody guesses";

/** The server that was built last; it holds the web app of that moment (a debug build reads web/dist itself). */
function binary(): string {
  if (process.env.RAALLY_BIN) return process.env.RAALLY_BIN;
  const built = [`${root}target/release/raally`, `${root}target/debug/raally`].filter((one) =>
    existsSync(one),
  );
  const path = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (!path) throw new Error("Build the server first, or say where it is by RAALLY_BIN");
  return path;
}

/** Resolves with the address that the server prints once it listens. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = "";
    const late = setTimeout(() => reject(new Error(`The server did not start: ${seen}`)), READY_MS_MAX);
    const read = (chunk: Buffer) => {
      seen += chunk.toString();
      const address = /listening on (http:\/\/[\d.]+:\d+)/.exec(seen)?.[1];
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.on("exit", (code) => reject(new Error(`The server ended with ${code}: ${seen}`)));
  });
}

export const test = base.extend<{ errors: string[] }, { server: string }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const data = mkdtempSync(join(tmpdir(), "raally-e2e-"));
      const server = spawn(binary(), ["serve"], {
        cwd: data,
        env: {
          PATH: process.env.PATH,
          RAALLY_LISTEN: "127.0.0.1:0",
          RAALLY_DATA_DIR: join(data, "data"),
          RAALLY_SIGN_UP: "open",
        },
      });
      try {
        await use(await listening(server));
      } finally {
        server.kill("SIGTERM");
        rmSync(data, { recursive: true, force: true });
      }
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server),
  // What the browser complains about fails the test: a broken Content-Security-Policy shows here.
  errors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(text))
          errors.push(text);
      });
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

let serial = 0;

/** A new user with a workspace of their own; ends on its first page. */
export async function begin(page: Page, workspace = "Northwind"): Promise<{ email: string; path: string }> {
  serial += 1;
  const email = `ana${serial}-${Date.now()}@example.test`;
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ana Ferreira");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("Name of the workspace").fill(workspace);
  await page.getByRole("button", { name: "Create workspace and start" }).click();
  await expect(page.getByRole("heading", { name: `Welcome to ${workspace}` })).toBeVisible();
  return { email, path: new URL(page.url()).pathname.replace("/start", "") };
}

/** Axe finds nothing, in the present theme. */
export async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(
    violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`),
  ).toEqual([]);
}

export { expect };
