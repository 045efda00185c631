// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, expectAccessible, PASSWORD, test } from "./server";

test("somebody signs up, makes a workspace, signs out and in again, and is back in it", async ({ page }) => {
  const { email } = await begin(page);
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Schedule" })).toBeVisible();
  await page.getByRole("button", { name: /Change workspace/ }).click();
  await page.getByRole("menuitem", { name: "New or other workspace…" }).click();
  await expect(page.getByRole("heading", { name: "Choose a workspace" })).toBeVisible();
});

test("a wrong password and an unknown address read alike", async ({ page }) => {
  const { email } = await begin(page);
  await page.context().clearCookies();
  const said: string[] = [];
  for (const address of [email, "nobody@example.test"]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(address);
    await page.getByLabel("Password", { exact: true }).fill("not the right sentence");
    await page.getByRole("button", { name: "Sign in" }).click();
    said.push((await page.getByRole("alert").textContent()) ?? "");
  }
  expect(said[0]).toContain("don't go together");
  expect(said[1]).toBe(said[0]);
});

test("a reload keeps the session and a deep link comes back after signing in", async ({ page }) => {
  const { email, path } = await begin(page);
  await page.goto(`${path}/people?sort=-name`);
  await page.reload();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
  await page.context().clearCookies();
  await page.goto(`${path}/people?sort=-name`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
  expect(page.url()).toContain("sort=-name");
});

test("no token is in the storage of the browser", async ({ page }) => {
  await begin(page);
  const stored = await page.evaluate(
    () => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie,
  );
  expect(stored).not.toMatch(/eyJ|refresh/);
});

test("the pages before a workspace are accessible in both themes", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of ["/sign-in", "/sign-up"]) {
      await page.goto(path);
      await expect(page.getByRole("heading")).toBeVisible();
      await expectAccessible(page);
    }
  }
});
