// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

test("time off is asked for and approved", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Hugo Almeida");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Hugo Almeida" })).toBeVisible();
  await page.goto(`${path}/time-off`);
  await page.getByRole("button", { name: "Ask for time off" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Person" }).fill("hugo");
  await page.getByRole("option", { name: "Hugo Almeida" }).click();
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Waiting for a decision" })).toBeVisible();
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByRole("region", { name: "Waiting for a decision" })).toBeHidden();
  await expect(
    page.getByRole("listitem").filter({ hasText: "Hugo Almeida" }).getByText("Approved"),
  ).toBeVisible();
});
