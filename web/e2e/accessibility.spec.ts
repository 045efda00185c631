// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, beginWithDemo, expect, expectAccessible, expectReadable, test } from "./server";

const PAGES = [
  "start",
  "dashboard",
  "people",
  "projects",
  "clients",
  "teams",
  "skills",
  "roles",
  "time-off",
  "time-off?view=calendar",
  "reports",
  "import",
];
const SETTINGS = [
  "profile",
  "security",
  "workspace",
  "members",
  "calendars",
  "holidays",
  "time-travel",
  "audit",
];

test("axe finds nothing on any page, in both themes and on a phone", async ({ page }) => {
  test.setTimeout(240_000);
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Kaya Costa");
  await page.keyboard.press("Enter");
  const link = page.getByRole("link", { name: "Kaya Costa" });
  await expect(link).toBeVisible();
  const person = (await link.getAttribute("href")) ?? "";
  const paths = [
    ...PAGES.map((one) => `${path}/${one}`),
    ...SETTINGS.map((one) => `${path}/settings/${one}`),
    person,
    "/workspaces",
  ];
  for (const one of paths) {
    await test.step(one, async () => {
      await page.goto(one);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
      await page.emulateMedia({ colorScheme: "light" });
      await expectAccessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await expectReadable(page);
    });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${path}/people`);
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(page.getByRole("dialog").getByRole("link", { name: "Projects" })).toBeVisible();
  await expectAccessible(page);
});

test("the palette and the list of shortcuts work by keyboard alone", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search for a command" }).fill("go dash");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page.getByRole("heading", { name: "Teams", level: 1 })).toBeVisible();
});

test("the palette finds a person, or a team, by a few letters of the name", async ({ page }) => {
  const path = await beginWithDemo(page);
  await page.goto(`${path}/teams`);
  await expect(page.getByRole("heading", { name: "Teams" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search for a command" }).fill("rahm");
  await expect(page.getByRole("option", { name: /Aisha Rahman/ })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Aisha Rahman" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search for a command" }).fill("apps");
  await page.getByRole("option", { name: "Apps" }).click();
  await expect(page.getByRole("heading", { name: "Apps", level: 1 })).toBeVisible();
});
