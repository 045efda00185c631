/** What the journeys of the schedule have in common: opening it, finding rows and bars, dragging. */
import type { Browser, Locator, Page } from "@playwright/test";
import { iso, type SeededPlan, seedSchedule } from "./seed/schedulePlan";
import { expect } from "./server";

export const DAY_PX = 36;

export async function open(page: Page): Promise<SeededPlan> {
  const plan = await seedSchedule(page.request);
  await page.goto(plan.address);
  await expect(row(page, "Ada Almeida").locator(".sg-bar")).toBeVisible();
  return plan;
}

export const row = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });

export const bar = (page: Page, person: string, project: string) =>
  row(page, person).getByRole("gridcell", { name: new RegExp(`^${project}`) });

export const announced = (page: Page) => page.locator("p[aria-live=polite]");

/** Takes a bar where it is held and moves it some days and pixels further; the button stays down. */
export async function drag(page: Page, held: Locator, days: number, down = 0, grip = 60) {
  const box = await held.boundingBox();
  if (!box) throw new Error("the bar is not on screen");
  const [x, y] = [box.x + grip, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + (days * DAY_PX) / 2, y + down / 2, { steps: 4 });
  await page.mouse.move(x + days * DAY_PX, y + down, { steps: 4 });
}

/** How far below one row's bars another's stand. */
export async function rowsApart(page: Page, from: string, to: string): Promise<number> {
  const [a, b] = [await row(page, from).boundingBox(), await row(page, to).boundingBox()];
  if (!a || !b) throw new Error("a row is not on screen");
  return b.y - a.y;
}

/** Where a day stands in a row, in the window; the grid's first day is the Friday before `monday`. */
export async function placeOf(page: Page, person: string, plan: SeededPlan, day: number) {
  const grid = await page.getByRole("grid").boundingBox();
  const line = await row(page, person).boundingBox();
  if (!grid || !line) throw new Error("the grid is not on screen");
  return { x: grid.x + 232 + (day - plan.monday + 3) * DAY_PX + DAY_PX / 2, y: line.y + 30 };
}

/** As the app writes a day in short. */
export const short = (day: number) =>
  new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${iso(day)}T00:00:00Z`),
  );

/** The same user in a browser of its own. */
export async function secondPage(browser: Browser, page: Page, plan: SeededPlan): Promise<Page> {
  const context = await browser.newContext({ baseURL: new URL(page.url()).origin });
  const other = await context.newPage();
  const data = { email: plan.email, password: plan.passphrase, cookie: true };
  await other.request.post("/api/v1/auth/sign-in", { data });
  await other.goto(plan.address);
  return other;
}
