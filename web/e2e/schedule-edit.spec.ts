/** Many assignments at once, the menus, and every action by its several ways. */
import type { Page } from "@playwright/test";
import { announced, bar, drag, open, placeOf, row, rowsApart, short } from "./schedule-steps";
import { iso } from "./seed/schedulePlan";
import { expect, test } from "./server";

const toolbar = (page: Page) => page.getByRole("toolbar", { name: "Selected assignments" });

/** Draws a frame from above Ada's booking to below Ben's. */
async function frameAdaAndBen(page: Page, plan: Awaited<ReturnType<typeof open>>) {
  const from = await placeOf(page, "Ada Almeida", plan, plan.monday - 1);
  const to = await placeOf(page, "Ben Berg", plan, plan.monday + 6);
  await page.mouse.move(from.x, from.y - 6);
  await page.mouse.down();
  await page.mouse.move(to.x - 40, to.y, { steps: 6 });
  await expect(page.locator(".sg-frame")).toBeVisible();
  await page.mouse.move(to.x, to.y, { steps: 2 });
  await page.mouse.up();
}

test("a_frame_with_shift_selects_what_it_touches_and_escape_lets_go", async ({ page }) => {
  const plan = await open(page);
  await page.keyboard.down("Shift");
  await frameAdaAndBen(page, plan);
  await page.keyboard.up("Shift");
  await expect(toolbar(page)).toContainText("2 selected");
  await expect(page.locator(".sg-frame")).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press(".");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(plan.monday + 7)));
  await expect(bar(page, "Ben Berg", "Bank portal")).toHaveAccessibleName(new RegExp(short(plan.monday + 7)));
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ben Berg", "Bank portal")).toHaveAccessibleName(new RegExp(short(plan.monday)));
  await expect(announced(page)).toContainText("Undone: Moved a week later");
});

test("a_button_makes_drawing_select_instead_of_book", async ({ page }) => {
  const plan = await open(page);
  await page.getByRole("button", { name: "Select by drawing a frame" }).click();
  await frameAdaAndBen(page, plan);
  await expect(toolbar(page)).toContainText("2 selected");
});

test("several_bars_are_given_to_somebody_else_and_a_clash_is_asked_about_once", async ({ page }) => {
  const plan = await open(page);
  await page.keyboard.down("Shift");
  await frameAdaAndBen(page, plan);
  await page.keyboard.up("Shift");
  await page.keyboard.press("p");
  const dialog = page.getByRole("dialog", { name: "Give to somebody else" });
  await dialog.getByRole("combobox", { name: "Person" }).pressSequentially("Cleo");
  await page.getByRole("option", { name: "Cleo Costa" }).click();
  await dialog.getByRole("button", { name: "Give", exact: true }).click();
  const clash = page.getByRole("dialog", { name: "This would overbook somebody" });
  await clash.getByRole("button", { name: "Save as tentative" }).click();
  await expect(row(page, "Cleo Costa").locator(".sg-bar")).toHaveCount(2);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/confirmed$/);
  await expect(bar(page, "Ben Berg", "Bank portal")).toHaveAccessibleName(/confirmed$/);
});

test("bars_of_one_row_go_to_another_row_together", async ({ page }) => {
  const plan = await open(page);
  await plan.call("POST", "/assignments", {
    personId: plan.people.ada,
    projectId: plan.projects.bank,
    startsOn: iso(plan.monday + 7),
    endsOn: iso(plan.monday + 9),
    effort: { form: "hours-per-day", minutesPerDay: 240 },
  });
  await expect(row(page, "Ada Almeida").locator(".sg-bar")).toHaveCount(2);
  await bar(page, "Ada Almeida", "Bank portal").click();
  await bar(page, "Ada Almeida", "Web shop").click({ modifiers: ["Control"] });
  const down = await rowsApart(page, "Ada Almeida", "Cleo Costa");
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 0, down);
  await expect(page.locator(".sg-ghost")).toHaveCount(2);
  await page.mouse.up();
  await expect(row(page, "Cleo Costa").locator(".sg-bar")).toHaveCount(2);
  await expect(row(page, "Ada Almeida").locator(".sg-bar")).toHaveCount(0);
});

test("the_menu_of_a_bar_runs_the_same_actions_as_the_keyboard_and_the_palette", async ({ page }) => {
  await open(page);
  await bar(page, "Ada Almeida", "Web shop").click({ button: "right" });
  const menu = page.getByRole("menu");
  const names = [
    "Edit",
    "Who could take this?",
    "Make tentative",
    "Split",
    "Copy after it",
    "Repeat",
    "Delete",
  ];
  for (const name of names) await expect(menu.getByRole("menuitem", { name })).toBeVisible();
  await menu.getByRole("menuitem", { name: "Make tentative" }).click();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/tentative$/);
  await expect(bar(page, "Ada Almeida", "Web shop")).toBeFocused();
  await page.keyboard.press("b");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/confirmed$/);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search for a command" }).fill("make tentative");
  await page.keyboard.press("Enter");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/tentative$/);
});

test("the_menu_opens_by_keyboard_and_gives_the_focus_back", async ({ page }) => {
  await open(page);
  await bar(page, "Ada Almeida", "Web shop").click();
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menuitem", { name: "Edit" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(bar(page, "Ada Almeida", "Web shop")).toBeFocused();
});

test("the_menu_of_empty_time_books_there", async ({ page }) => {
  const plan = await open(page);
  const { x, y } = await placeOf(page, "Cleo Costa", plan, plan.monday + 1);
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: "New assignment" }).click();
  const dialog = page.getByRole("dialog", { name: "New assignment" });
  await expect(dialog.getByRole("combobox", { name: "Person" })).toHaveValue("Cleo Costa");
  await expect(dialog.getByLabel("From")).toHaveValue(iso(plan.monday + 1));
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.mouse.click(x, y, { button: "right" });
  await page.getByRole("menuitem", { name: "Open the page of this row" }).click();
  await expect(page).toHaveURL(new RegExp(`/people/${plan.people.cleo}`));
});

test("an_assignment_is_repeated_and_copied", async ({ page }) => {
  const { monday } = await open(page);
  await bar(page, "Ada Almeida", "Web shop").click();
  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog", { name: "Repeat" });
  await dialog.getByLabel("Times").fill("2");
  await dialog.getByRole("button", { name: "Repeat" }).click();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(3);
  await expect(bar(page, "Ada Almeida", "Web shop").last()).toHaveAccessibleName(
    new RegExp(short(monday + 14)),
  );
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(1);
  await bar(page, "Ben Berg", "Bank portal").click();
  await page.keyboard.press("c");
  await expect(bar(page, "Ben Berg", "Bank portal")).toHaveCount(2);
});

test("open_demand_has_a_button_that_says_who_could_take_it", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Who could take this? Open developer" }).click();
  const panel = page.getByRole("complementary", { name: "Who could take this?" });
  await expect(panel).toContainText("Right role");
  await panel.getByRole("button", { name: "Give it to Cleo Costa" }).click();
  await expect(bar(page, "Cleo Costa", "Web shop")).toBeVisible();
});

test("time_is_drawn_on_with_the_keyboard", async ({ page }) => {
  const plan = await open(page);
  const { x, y } = await placeOf(page, "Cleo Costa", plan, plan.monday);
  await page.mouse.click(x, y);
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page.locator(".sg-ghost")).toBeVisible();
  await expect(announced(page)).toContainText(short(plan.monday + 2));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "New assignment" });
  await expect(dialog.getByLabel("From", { exact: true })).toHaveValue(iso(plan.monday));
  await expect(dialog.getByLabel("To", { exact: true })).toHaveValue(iso(plan.monday + 2));
});
