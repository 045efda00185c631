/** Looking at the plan: filters, groups, the twin by project, the mini-map, table, agenda, paper, and the past. */
import type { Page } from "@playwright/test";
import { bar, DAY_PX, open, placeOf, row, short } from "./schedule-steps";
import { iso, seedSchedule } from "./seed/schedulePlan";
import { expect, test } from "./server";

const names = (page: Page) => page.locator(".sg-title").allTextContents();

async function filter(page: Page, label: string) {
  await page.getByRole("button", { name: /^Filters/ }).click();
  await page.getByRole("checkbox", { name: label }).check();
  await page.keyboard.press("Escape");
}

test("each_filter_leaves_the_right_people_and_stands_in_the_address", async ({ page }) => {
  const plan = await open(page);
  const cases = [
    { label: "Red team", in: "team=", left: ["Ada Almeida", "Ben Berg"] },
    { label: "Designer", in: "role=", left: ["Dora Dias"] },
    { label: "Rust", in: "skill=", left: ["Cleo Costa"] },
    { label: "Bank portal", in: "project=", left: ["Ben Berg"] },
  ];
  for (const one of cases) {
    await page.goto(plan.address);
    await filter(page, one.label);
    await expect.poll(() => names(page)).toEqual(one.left);
    await expect(page).toHaveURL(new RegExp(one.in));
    await page.reload();
    await expect.poll(() => names(page)).toEqual(one.left);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect.poll(() => names(page)).toHaveLength(5);
  }
});

test("on_a_low_screen_every_filter_is_in_sight_at_once", async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 700 });
  const plan = await open(page);
  for (let at = 1; at <= 10; at += 1) {
    await plan.call("POST", "/teams", { name: `Team ${at}` });
    await plan.call("POST", "/projects", { name: `Project ${at}` });
  }
  await page.reload();
  await page.getByRole("button", { name: /^Filters/ }).click();
  await expect(page.getByRole("checkbox", { name: "Web shop" })).toBeInViewport({ ratio: 1 });
  await expect(page.getByLabel("At least so many hours free")).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("checkbox", { name: "Show tentative work" })).toBeInViewport({ ratio: 1 });
});

test("people_with_enough_free_hours_in_a_range_are_found", async ({ page }) => {
  const { monday } = await open(page);
  await page.getByRole("button", { name: "Filters" }).click();
  await page.getByLabel("From", { exact: true }).fill(iso(monday));
  await page.getByLabel("To", { exact: true }).fill(iso(monday + 4));
  await page.getByLabel("At least so many hours free").fill("40");
  await page.keyboard.press("Escape");
  await expect.poll(() => names(page)).toEqual(["Cleo Costa", "Dora Dias"]);
  await page.reload();
  await expect.poll(() => names(page)).toEqual(["Cleo Costa", "Dora Dias"]);
});

test("rows_are_grouped_by_team_role_and_project_and_groups_fold", async ({ page }) => {
  await open(page);
  const groups = page.getByLabel("Groups");
  const group = (name: string) => page.getByRole("button", { name: new RegExp(`^${name}, `) });
  await groups.selectOption({ label: "By team" });
  await expect(group("Red team")).toHaveAttribute("aria-expanded", "true");
  await group("Red team").click();
  await expect(row(page, "Ada Almeida")).toHaveCount(0);
  await groups.selectOption({ label: "By role" });
  await expect(group("Designer")).toBeVisible();
  await groups.selectOption({ label: "By project" });
  await expect(group("Web shop")).toBeVisible();
  await expect(page).toHaveURL(/group=project/);
});

test("the_twin_by_project_shows_who_is_on_it_and_books_on_it", async ({ page }) => {
  const { monday } = await open(page);
  await page.getByRole("button", { name: "Projects", exact: true }).click();
  await expect(page.getByRole("grid", { name: "Schedule of projects" })).toBeVisible();
  await expect(row(page, "Web shop").locator(".sg-bar")).toHaveCount(2);
  await row(page, "Web shop")
    .getByRole("gridcell", { name: /Ada Almeida/ })
    .click();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  const landed = row(page, "Bank portal").getByRole("gridcell", { name: /Ada Almeida/ });
  await expect(landed).toHaveAccessibleName(new RegExp(`^Bank portal, Ada Almeida.*${short(monday)}`));
});

test("one_jumps_to_a_date_and_back_to_today_and_zooms", async ({ page }) => {
  const plan = await open(page);
  await page.getByLabel("Jump to date").fill("2027-09-06");
  await expect(page.locator(".sg-head.is-upper", { hasText: "September 2027" }).first()).toBeVisible();
  await expect(page).toHaveURL(/at=2027-09-06/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Today", exact: true }).click();
  await expect(page.locator(".sg-head.is-today").first()).toBeInViewport();
  await page.getByRole("button", { name: "Quarter" }).click();
  await expect(page).toHaveURL(/zoom=quarter/);
  await page.goto(`${plan.address}&zoom=month`);
  await expect(page.getByRole("button", { name: "Month" })).toHaveAttribute("aria-pressed", "true");
});

test("the_mini_map_moves_the_days_by_pointer_and_by_keyboard", async ({ page }) => {
  await open(page);
  const frame = page.getByRole("slider", { name: "Days on screen" });
  const map = await frame.locator("..").boundingBox();
  const before = await frame.getAttribute("aria-valuenow");
  if (!map) throw new Error("the mini-map is not on screen");
  await page.mouse.move(map.x + map.width * 0.5, map.y + 10);
  await page.mouse.down();
  await page.mouse.move(map.x + map.width * 0.7, map.y + 10, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => frame.getAttribute("aria-valuenow")).not.toBe(before);
  const there = Number(await frame.getAttribute("aria-valuenow"));
  await frame.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => Number(await frame.getAttribute("aria-valuenow"))).toBeGreaterThan(there);
  await page.keyboard.press("Home");
  await expect(frame).toHaveAttribute("aria-valuetext", /20\d\d|\d/);
});

test("the_mini_map_moves_the_people_by_pointer_and_by_keyboard", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 360 });
  await open(page);
  const frame = page.getByRole("slider", { name: "People on screen" });
  await expect(frame).toHaveAttribute("aria-valuetext", /^1 to \d+ of \d+$/);
  const first = async () => Number(await frame.getAttribute("aria-valuenow"));
  await frame.focus();
  await page.keyboard.press("End");
  await expect.poll(first).toBeGreaterThan(1);
  const last = page.getByRole("rowheader").last();
  await expect(last).toBeInViewport();
  await page.keyboard.press("Home");
  await expect.poll(first).toBe(1);
  const rail = await frame.locator("..").boundingBox();
  if (!rail) throw new Error("the rail is not on screen");
  await page.mouse.move(rail.x + rail.width / 2, rail.y + 2);
  await page.mouse.down();
  await page.mouse.move(rail.x + rail.width / 2, rail.y + rail.height - 1, { steps: 5 });
  await page.mouse.up();
  await expect.poll(first).toBeGreaterThan(1);
});

test("the_table_says_the_same_as_the_grid_and_opens_a_booking", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Show as table" }).click();
  const table = page.getByRole("table");
  await expect(table.getByRole("row", { name: /Ada Almeida.*Web shop.*8 h\/day.*Confirmed/ })).toBeVisible();
  await table.getByRole("button", { name: "Web shop" }).first().click();
  await expect(page.getByRole("dialog", { name: "Assignment" })).toBeVisible();
});

test("a_long_name_leaves_the_other_columns_of_the_table_in_sight", async ({ page }) => {
  const plan = await open(page);
  const name = `The ${"very ".repeat(16)}long project`;
  await plan.call("PATCH", `/projects/${plan.projects.shop}`, { name }, 1);
  await page.goto(`${plan.address}&as=table`);
  const line = page.getByRole("row").filter({ hasText: "Ada Almeida" });
  await expect(line.getByRole("button", { name })).toBeVisible();
  await expect(line.getByText("Confirmed")).toBeInViewport({ ratio: 1 });
});

test("on_a_phone_the_plan_is_an_agenda_and_a_booking_can_be_changed", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const plan = await seedSchedule(page.request);
  await page.goto(plan.address);
  const monday = page.getByRole("region", { name: new RegExp(short(plan.monday)) });
  await expect(monday.getByRole("listitem").filter({ hasText: "Ada Almeida" })).toContainText("Web shop");
  await monday.getByRole("button", { name: /Bank portal/ }).click();
  const form = page.getByRole("dialog", { name: "Assignment" });
  await form.getByLabel("Note").fill("From the train");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await expect(form).toHaveCount(0);
  expect(await plan.call("GET", `/assignments/${plan.bookings.ben.id}`)).toMatchObject({
    note: "From the train",
  });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(wide).toBe(false);
});

test("an_older_plan_is_shown_under_a_banner_and_cannot_be_changed", async ({ page }) => {
  const plan = await open(page);
  const before = new Date().toISOString();
  await plan.call(
    "PATCH",
    `/assignments/${plan.bookings.ada.id}`,
    { startsOn: iso(plan.monday + 7), endsOn: iso(plan.monday + 11) },
    plan.bookings.ada.version,
  );
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(plan.monday + 7)));
  await page.goto(`${plan.address}&asOf=${encodeURIComponent(before)}`);
  await expect(page.getByText(/You see the plan as it was on/)).toBeVisible();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(plan.monday)));
  await expect(page.getByRole("button", { name: "New assignment" })).toHaveCount(0);
  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(plan.monday + 7)));
});

test("on_paper_every_row_stands_without_controls_on_as_many_sheets_as_it_takes", async ({ page }) => {
  const plan = await open(page);
  const people = Array.from({ length: 40 }, (_, at) => `Extra ${String(at).padStart(2, "0")}`);
  for (const name of people) {
    await plan.call("POST", "/people", { name, kind: "person", teamIds: [], weeklyMinutes: 2400 });
  }
  await expect(page.getByRole("grid")).toHaveAttribute("aria-rowcount", "48");
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("table").getByRole("row", { name: /Extra 39/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Ada Almeida/ })).toContainText("Web shop");
  await expect(page.getByRole("button", { name: "New assignment" })).toBeHidden();
  const sheets = (await page.pdf({ format: "A4", landscape: true })).toString("latin1");
  expect(sheets.match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(1);
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await expect(page.getByRole("grid")).toBeVisible();
});

test("the_name_of_a_group_stays_in_sight_while_its_rows_are", async ({ page }) => {
  const plan = await open(page);
  await page.setViewportSize({ width: 1280, height: 480 });
  await page.goto(`${plan.address}&group=role`);
  const pinned = page.locator(".sg-pinned");
  await expect(row(page, "Dora Dias")).toBeAttached();
  await expect(pinned).toBeHidden();
  await page.getByRole("grid").evaluate((grid) => grid.scrollTo(grid.scrollLeft, 60));
  await expect(pinned).toHaveText(/Open demand · 1/);
  await page.getByRole("grid").evaluate((grid) => grid.scrollTo(grid.scrollLeft, 1_000));
  await expect(pinned).toHaveText(/Developer|Designer/);
  await expect(pinned).toBeVisible();
});

test("a_bar_that_has_nearly_gone_shows_the_beginning_of_its_name", async ({ page }) => {
  await open(page);
  const ada = row(page, "Ada Almeida");
  const left = ada.locator(".sg-bar").first();
  const names = await ada.getByRole("rowheader").boundingBox();
  const box = await left.boundingBox();
  if (!names || !box) throw new Error("the bar is not on screen");
  const edge = names.x + names.width;
  const by = box.x + box.width - edge - 40;
  await page.getByRole("grid").evaluate((grid, by) => grid.scrollBy(by, 0), by);
  await expect.poll(async () => Math.round(((await left.boundingBox())?.x ?? 0) - box.x + by)).toBe(0);
  expect((await left.locator(".sg-bar-text").boundingBox())?.x).toBeGreaterThanOrEqual(edge);
});

test("below_the_last_row_the_days_stay_out_of_the_column_of_names", async ({ page }) => {
  await open(page);
  const grid = await page.getByRole("grid").boundingBox();
  if (!grid) throw new Error("the grid is not on screen");
  const seen = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.className ?? "", [
    grid.x + 100,
    grid.y + grid.height - 20,
  ] as const);
  expect(seen).toBe("sg-names");
});

test("the_days_of_a_short_drawing_can_be_read_whole", async ({ page }) => {
  const plan = await open(page);
  const from = await placeOf(page, "Cleo Costa", plan, plan.monday);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + DAY_PX, from.y, { steps: 4 });
  const ghost = page.locator(".sg-ghost");
  await expect(ghost).toContainText(short(plan.monday + 1));
  expect(await ghost.evaluate((one) => getComputedStyle(one).overflow)).toBe("visible");
  await page.keyboard.press("Escape");
});
