// A journey in a real browser against the real server; each test's name is what it claims.
import type { Page } from "@playwright/test";
import { begin, expect, test } from "./server";

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
  "settings/profile",
  "settings/security",
  "settings/workspace",
  "settings/members",
  "settings/calendars",
  "settings/holidays",
  "settings/time-travel",
  "settings/audit",
];

/** Text in sight that went through no catalogue: in the pseudo-language every such letter has an accent. */
async function plainTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const dates =
      /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\b[AP]M\b/g;
    const data = "[data-verbatim], [lang]:not(html), code, kbd, select, input, title, [aria-hidden=true]";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest(data) || parent.closest("script, style, noscript")) continue;
      const text = (node.textContent ?? "").replace(dates, "").replace(/\S+@\S+/g, "");
      if (/[A-Za-z]{3,}/.test(text) && !/[^ -~\s]/.test(text)) found.push(text.trim());
    }
    return found.filter((text) => !["Raally", "UTC", "EUR"].includes(text));
  });
}

test("no text on any page bypasses the catalogues", async ({ page }) => {
  test.setTimeout(120_000);
  const { path } = await begin(page, "Ñørthwïnd");
  await page.evaluate(() => localStorage.setItem("raally.locale", "pseudo"));
  const faults: string[] = [];
  for (const one of [...PAGES.map((name) => `${path}/${name}`), "/workspaces"]) {
    await page.goto(one);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    const plain = (await plainTexts(page)).filter((text) => !text.includes("Ana Ferreira"));
    faults.push(...plain.map((text) => `${one}: ${text}`));
  }
  expect(faults).toEqual([]);
});

test("no page is wider than a phone, and the layout turns round for languages written from right to left", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const { path } = await begin(page);
  const sticksOut = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  for (const one of PAGES) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${path}/${one}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => {
      document.documentElement.dir = "rtl";
    });
    expect(await sticksOut(), `${one}, turned round`).toBeLessThanOrEqual(0);
    const side = await page.getByRole("complementary").boundingBox();
    expect(side?.x ?? 0, one).toBeGreaterThan(640);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await sticksOut(), `${one}, turned round, on a phone`).toBeLessThanOrEqual(0);
    await page.evaluate(() => {
      document.documentElement.dir = "ltr";
    });
    expect(await sticksOut(), `${one}, on a phone`).toBeLessThanOrEqual(0);
  }
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
