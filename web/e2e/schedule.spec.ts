/** The schedule on the real server: drag and drop, keyboard, clash, undo, drawing, axe. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { announced, bar, DAY_PX, drag, open, row, rowsApart, short } from "./schedule-steps";
import { iso } from "./seed/schedulePlan";
import { expect, expectAccessible, test } from "./server";

test("a_bar_is_moved_with_the_mouse_and_the_move_is_undone_and_redone", async ({ page }) => {
  const { monday } = await open(page);
  const moved = new RegExp(`${short(monday + 7)}.*${short(monday + 11)}`);
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 7);
  await page.mouse.up();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(moved);
  await page.reload();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(moved);
  await drag(page, bar(page, "Ada Almeida", "Web shop"), -7);
  await page.mouse.up();
  await expect(bar(page, "Ada Almeida", "Web shop")).not.toHaveAccessibleName(moved);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(moved);
  await page.keyboard.press("Control+Shift+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).not.toHaveAccessibleName(moved);
});

test("the_end_of_a_bar_is_dragged_to_make_it_longer", async ({ page }) => {
  const { monday } = await open(page);
  const held = bar(page, "Ada Almeida", "Web shop");
  const box = await held.boundingBox();
  await drag(page, held, 3, 0, (box?.width ?? 0) - 2);
  await page.mouse.up();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(
    new RegExp(`${short(monday)}.*${short(monday + 7)}`),
  );
});

test("a_clash_is_shown_before_the_drop_and_asked_about_after_it", async ({ page }) => {
  await open(page);
  const from = await bar(page, "Ada Almeida", "Web shop").boundingBox();
  const to = await bar(page, "Ben Berg", "Bank portal").boundingBox();
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 0, (to?.y ?? 0) - (from?.y ?? 0));
  await expect(page.locator(".sg-note.is-clash")).toContainText("Overbooked");
  await page.mouse.up();
  const dialog = page.getByRole("dialog", { name: "This would overbook somebody" });
  await expect(dialog).toContainText("16 h");
  await dialog.getByRole("button", { name: "Leave as it was" }).click();
  await expect(bar(page, "Ada Almeida", "Web shop")).toBeVisible();
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 0, (to?.y ?? 0) - (from?.y ?? 0));
  await page.mouse.up();
  await dialog.getByRole("button", { name: "Save as tentative" }).click();
  await expect(bar(page, "Ben Berg", "Web shop")).toHaveAccessibleName(/tentative$/);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/confirmed$/);
});

test("what_a_clash_means_is_chosen_before_the_drop", async ({ page }) => {
  await open(page);
  const down = await rowsApart(page, "Ada Almeida", "Ben Berg");
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 0, down);
  await expect(page.locator(".sg-note.is-clash")).toContainText("T: drop as tentative · A: book anyway");
  await page.keyboard.press("t");
  await expect(page.locator(".sg-ghost.is-tentative")).toBeVisible();
  await page.mouse.up();
  await expect(bar(page, "Ben Berg", "Web shop")).toHaveAccessibleName(/tentative$/);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(/confirmed$/);
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 0, down);
  await expect(page.locator(".sg-note.is-clash")).toBeVisible();
  await page.keyboard.press("a");
  await page.mouse.up();
  await expect(bar(page, "Ben Berg", "Web shop")).toHaveAccessibleName(/confirmed$/);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toBeVisible();
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 3);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await expect(page.locator(".sg-ghost")).toHaveCount(0);
});

test("a_bar_is_picked_up_moved_and_dropped_with_the_keyboard_alone", async ({ page }) => {
  const { monday } = await open(page);
  await bar(page, "Ada Almeida", "Web shop").focus();
  await bar(page, "Ada Almeida", "Web shop").click();
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(announced(page)).toContainText("Cleo Costa");
  await page.keyboard.press("Enter");
  const landed = bar(page, "Cleo Costa", "Web shop");
  await expect(landed).toHaveAccessibleName(new RegExp(short(monday + 7)));
  await expect(landed).toBeFocused();
  await page.keyboard.press("Alt+ArrowRight");
  await expect(landed).toHaveAccessibleName(new RegExp(short(monday + 12)));
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Escape");
  await expect(landed).toHaveAccessibleName(new RegExp(short(monday + 12)));
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(announced(page)).toContainText("Overbooked");
  await page.keyboard.press("t");
  await expect(announced(page)).toContainText("Dropped as tentative");
  await page.keyboard.press("Enter");
  await expect(bar(page, "Ben Berg", "Web shop")).toHaveAccessibleName(/tentative$/);
});

test("empty_time_is_drawn_on_to_book_somebody", async ({ page }) => {
  await open(page);
  const grid = await page.getByRole("grid").boundingBox();
  const line = await row(page, "Cleo Costa").boundingBox();
  const x = (grid?.x ?? 0) + 232 + 3 * DAY_PX + 10;
  const y = (line?.y ?? 0) + 36;
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 4 * DAY_PX, y, { steps: 5 });
  await page.mouse.up();
  const dialog = page.getByRole("dialog", { name: "New assignment" });
  await dialog.getByRole("combobox", { name: "Project" }).pressSequentially("Bank");
  await page.getByRole("option", { name: /Bank portal/ }).click();
  await dialog.getByRole("button", { name: "Book", exact: true }).click();
  await expect(bar(page, "Cleo Costa", "Bank portal")).toBeVisible();
});

test("a_clash_is_told_while_the_form_of_a_booking_is_filled_in", async ({ page }) => {
  const plan = await open(page);
  await page.getByRole("button", { name: "New assignment" }).click();
  const dialog = page.getByRole("dialog", { name: "New assignment" });
  await dialog.getByLabel("From").fill(iso(plan.monday + 1));
  await dialog.getByLabel("To").fill(iso(plan.monday + 1));
  await dialog.getByRole("combobox", { name: "Project" }).pressSequentially("Bank");
  await page.getByRole("option", { name: /Bank portal/ }).click();
  await dialog.getByRole("combobox", { name: "Person" }).fill("Ada");
  await page.getByRole("option", { name: "Ada Almeida" }).click();
  const clash = dialog.getByRole("status");
  await expect(clash).toHaveText(`Overbooked ${short(plan.monday + 1)}: 16 h / 8 h`);
  await dialog.getByLabel("Tentative").check();
  await expect(clash).toHaveText("");
  await dialog.getByLabel("Tentative").uncheck();
  await expect(clash).toContainText("Overbooked");
  await dialog.getByRole("combobox", { name: "Person" }).fill("Cleo");
  await page.getByRole("option", { name: "Cleo Costa" }).click();
  await expect(clash).toHaveText("");
  await dialog.getByLabel("From").fill("");
  await expect(clash).toHaveText("");
});

test("several_bars_are_selected_and_moved_together", async ({ page }) => {
  const { monday } = await open(page);
  await bar(page, "Ada Almeida", "Web shop").click();
  await bar(page, "Ben Berg", "Bank portal").click({ modifiers: ["Control"] });
  await expect(page.getByRole("toolbar", { name: "Selected assignments" })).toContainText("2 selected");
  await drag(page, bar(page, "Ada Almeida", "Web shop"), 7);
  await page.mouse.up();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(monday + 7)));
  await expect(bar(page, "Ben Berg", "Bank portal")).toHaveAccessibleName(new RegExp(short(monday + 7)));
});

test("a_bar_is_split_copied_deleted_and_brought_back", async ({ page }) => {
  const { monday } = await open(page);
  await bar(page, "Ada Almeida", "Web shop").click();
  await page.keyboard.press("s");
  const dialog = page.getByRole("dialog", { name: "Split" });
  await dialog.getByLabel("Second part begins").fill(iso(monday + 2));
  await dialog.getByRole("button", { name: "Split" }).click();
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(2);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(1);
  await bar(page, "Ada Almeida", "Web shop").click();
  await page.keyboard.press("Delete");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(bar(page, "Ada Almeida", "Web shop")).toHaveCount(1);
});

test("somebody_is_found_for_an_open_demand", async ({ page }) => {
  await open(page);
  await bar(page, "Open developer", "Web shop").click();
  await page.keyboard.press("w");
  const panel = page.getByRole("complementary", { name: "Who could take this?" });
  await expect(panel).toContainText("Free for all of it");
  await panel.getByRole("button", { name: "Give it to Cleo Costa" }).click();
  await expect(bar(page, "Cleo Costa", "Web shop")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe_finds_nothing_in_any_view_${colorScheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    const plan = await open(page);
    for (const view of ["", "&rows=projects", "&as=table", "&zoom=quarter&group=role"]) {
      await page.goto(plan.address + view);
      await expect(page.getByRole(view === "&as=table" ? "table" : "grid").first()).toBeVisible();
      await expectNothing(page);
    }
    await page.goto(plan.address);
    await page.getByRole("button", { name: "Who could take this? Open developer" }).click();
    await expect(page.getByRole("complementary", { name: "Who could take this?" })).toContainText(
      "Cleo Costa",
    );
    await bar(page, "Ada Almeida", "Web shop").click();
    await expectNothing(page);
    await page.keyboard.press("Shift+F10");
    await expect(page.getByRole("menuitem", { name: "Edit" })).toBeFocused();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(bar(page, "Ada Almeida", "Web shop")).toBeFocused();
    await page.keyboard.press("e");
    await expect(page.getByRole("dialog", { name: "Assignment" })).toBeVisible();
    await expectNothing(page);
  });
}

async function expectNothing(page: Page) {
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes[0]?.target}`)).toEqual([]);
}
