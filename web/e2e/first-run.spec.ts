// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

test("an empty workspace offers three ways to begin", async ({ page }) => {
  const { path } = await begin(page);
  await expect(page.getByRole("heading", { name: "Import a file" })).toBeVisible();
  await expect(page.getByText("raally demo")).toBeVisible();
  await page.getByRole("link", { name: "Add people" }).click();
  await expect(page).toHaveURL(new RegExp(`${path}/people`));
  await expect(page.getByText("Nobody here yet")).toBeVisible();
});

test("every page opens in Spanish and Portuguese too", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/profile`);
  await page.getByLabel("Language").selectOption("es");
  await expect(page.getByRole("heading", { name: "Configuración" })).toBeVisible();
  await page.getByLabel("Idioma").selectOption("pt-BR");
  await expect(page.getByRole("heading", { name: "Configurações" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Configurações" })).toBeVisible();
});
