// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, beginWithDemo, expect, test } from "./server";

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
  await page.getByRole("button", { name: "Team calendar" }).click();
  await expect(page).toHaveURL(/view=calendar/);
  const row = page.getByRole("row").filter({ hasText: "Hugo Almeida" });
  await expect(row.getByText("Vacation, Approved")).toHaveCount(1);
});

test("a leave names the bookings that it breaks before it is approved", async ({ page }) => {
  const path = await beginWithDemo(page);
  await page.goto(`${path}/time-off?status=pending`);
  await page
    .getByRole("button", { name: /breaks \d+ booking/ })
    .first()
    .click();
  await expect(
    page.getByRole("dialog", { name: "Bookings that this breaks" }).getByRole("listitem").first(),
  ).toBeVisible();
});

test("a time off that was deleted by mistake comes back", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Iris Ito");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Iris Ito" })).toBeVisible();
  await page.goto(`${path}/time-off`);
  await page.getByRole("button", { name: "Ask for time off" }).click();
  await page.getByRole("combobox", { name: "Person" }).fill("iris");
  await page.getByRole("option", { name: "Iris Ito" }).click();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const item = page.getByRole("listitem").filter({ hasText: "Iris Ito" });
  await item.getByRole("button", { name: "More about the time off of Iris Ito" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(item).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(item.getByText("Pending")).toBeVisible();
});
