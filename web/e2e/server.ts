// The real server on an empty database, one for each worker, and the steps that every journey begins with.
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { startServer } from "../scripts/server.mjs";

export const PASSWORD = "a sentence that nobody guesses";

export interface Installation {
  address: string;
  /** Runs `raally` with these arguments on the server's data; what it printed. */
  run: (args: string[], input?: string) => string;
}

export const test = base.extend<{ errors: string[] }, { installation: Installation; server: string }>({
  installation: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const started = await startServer();
      try {
        await use(started);
      } finally {
        started.stop();
      }
    },
    { scope: "worker" },
  ],
  server: [async ({ installation }, use) => use(installation.address), { scope: "worker" }],
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

/** Signs in by the form and ends where that leads. */
export async function signIn(page: Page, email: string, password: string) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** A new user in a workspace with the demo company; the workspace's path. */
export async function beginWithDemo(page: Page): Promise<string> {
  await begin(page);
  await page.getByRole("button", { name: "Open a demo company" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  return new URL(page.url()).pathname.replace("/dashboard", "");
}

/** No text is too pale, in the present theme: all that a theme changes. */
export async function expectReadable(page: Page) {
  const { violations } = await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze();
  expect(violations.flatMap((one) => one.nodes.map((node) => node.target.join(" ")))).toEqual([]);
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
