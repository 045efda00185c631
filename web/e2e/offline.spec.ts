// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

test("a lost connection is said, nothing typed is lost, and the change goes out when it is back", async ({
  page,
  context,
  errors,
}) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Grete Garcia");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Grete Garcia" }).click();
  await page.getByLabel("E-mail").fill("grete@example.test");
  await context.setOffline(true);
  await expect(page.getByText("No connection.")).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("E-mail")).toHaveValue("grete@example.test");
  await context.setOffline(false);
  await expect(page.getByText("Saved")).toBeVisible();
  await expect(page.getByText("No connection.")).toBeHidden();
  await page.reload();
  await expect(page.getByLabel("E-mail")).toHaveValue("grete@example.test");
  errors.length = 0;
});

test("a server that doesn't answer is tried again until it does", async ({ page, errors }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await expect(page.getByText("Nobody here yet")).toBeVisible();
  await page.route("**/api/**", (route) => route.abort());
  await page.getByLabel("Name of the new person").fill("Henk Haas");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The server doesn't answer.")).toBeVisible();
  await expect(page.getByLabel("Name of the new person")).toHaveValue("Henk Haas");
  await page.unroute("**/api/**");
  await expect(page.getByText("The server doesn't answer.")).toBeHidden({ timeout: 15_000 });
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("link", { name: "Henk Haas" })).toBeVisible();
  errors.length = 0;
});
