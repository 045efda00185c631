// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

const SHEET =
  "Name,Email,Team,Hours per week\nIda Moen,ida@example.test,Design,40\nJon Moe,jon@example.test,Delivery,30\n";

test("a spreadsheet is uploaded, tried, applied and undone", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/import`);
  await page
    .getByLabel("File")
    .setInputFiles({ name: "staff.csv", mimeType: "text/csv", buffer: Buffer.from(SHEET) });
  await expect(page.getByRole("heading", { name: "staff.csv" })).toBeVisible();
  await expect(page.getByText("2 rows were found.")).toBeVisible();
  await page.getByRole("button", { name: "Try it, change nothing" }).click();
  await expect(page.getByRole("heading", { name: "What would happen" })).toBeVisible();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
  await page.goto(`${path}/people`);
  await expect(page.getByRole("link", { name: "Ida Moen" })).toBeVisible();
  await page.goBack();
  await page.getByRole("button", { name: "Undo this import" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Undone")).toBeVisible();
  await page.goto(`${path}/people`);
  await expect(page.getByText("Nobody here yet")).toBeVisible();
});

test("faults of rows are told in the language of the person, with what the cell shows", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/import`);
  await page.evaluate(() => localStorage.setItem("raally.locale", "es"));
  await page.reload();
  const buffer = Buffer.from(`${SHEET}Lea Lund,lea at example,Design,40\n,,Design,40\n`);
  await page.locator("input[type=file]").setInputFiles({ name: "staff.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Probar sin cambiar nada" }).click();
  const faults = page.getByRole("region", { name: "Filas con fallos" });
  await expect(
    faults.getByText("Escriba una dirección como nombre@example.com: «lea at example»"),
  ).toBeVisible();
  await expect(faults.getByText("Falta algo necesario")).toBeVisible();
});
