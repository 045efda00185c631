// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

test("an empty workspace offers three ways to begin", async ({ page }) => {
  const { path } = await begin(page);
  await expect(page.getByRole("heading", { name: "Import a file" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Open a demo company" })).toBeVisible();
  await page.getByRole("link", { name: "Add people" }).click();
  await expect(page).toHaveURL(new RegExp(`${path}/people`));
  await expect(page.getByText("Nobody here yet")).toBeVisible();
});

test("an empty schedule and an empty dashboard lead on", async ({ page }) => {
  const { path } = await begin(page);
  for (const name of ["schedule", "dashboard"]) {
    await page.goto(`${path}/${name}`);
    await expect(page.getByRole("link", { name: "Import from a file" })).toBeVisible();
    await page.getByRole("link", { name: "Add people" }).click();
    await expect(page).toHaveURL(new RegExp(`${path}/people`));
  }
});
