// A journey in a real browser against the real server; each test's name is what it claims.
import { readFileSync } from "node:fs";
import { begin, beginWithDemo, expect, test } from "./server";

test("a cell is changed in place, many rows at once, and deleted rows come back", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/projects`);
  const name = page.getByLabel("Name of the new project");
  for (const one of ["Alpha", "Beta", "Gamma"]) {
    await name.fill(one);
    await name.press("Enter");
    await expect(page.getByRole("link", { name: one })).toBeVisible();
  }
  await page.getByRole("button", { name: "Change Code of Alpha" }).click();
  await page.getByRole("textbox", { name: "Code of Alpha" }).fill("A-1");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row").filter({ hasText: "Alpha" }).getByText("A-1")).toBeVisible();
  await page.getByRole("checkbox", { name: "Choose Alpha" }).check();
  await page.getByRole("checkbox", { name: "Choose Beta" }).check();
  await expect(page.getByText("2 rows chosen")).toBeVisible();
  await page.getByRole("button", { name: "Change…" }).click();
  await page.getByLabel("Field").selectOption({ label: "Status" });
  await page.getByLabel("New value").selectOption({ label: "On hold" });
  await page.getByRole("button", { name: "Change all" }).click();
  await expect(page.getByText("2 rows were changed.")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "On hold" })).toHaveCount(2);
  await page.getByRole("region", { name: "Chosen rows" }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: "Beta" })).toHaveCount(0);
  await page.getByLabel("State").selectOption({ label: "Deleted" });
  await page.getByRole("checkbox", { name: "Choose all rows" }).check();
  await page.getByRole("button", { name: "Bring back" }).click();
  await expect(page.getByText("2 rows are back")).toBeVisible();
  await page.getByLabel("State").selectOption({ label: "Not deleted" });
  await expect(page.getByRole("link", { name: "Beta" })).toBeVisible();
});

test("somebody else's change of the same cell is shown beside one's own", async ({ page, context }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/projects`);
  await page.getByLabel("Name of the new project").fill("Shared");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Shared" })).toBeVisible();
  // This page is slow: it sees the other one's change only after it has sent its own.
  const list = /\/projects\?/;
  await page.route(list, () => undefined);
  const other = await context.newPage();
  await other.goto(`${path}/projects`);
  await other.getByRole("button", { name: "Change Code of Shared" }).click();
  await other.getByRole("textbox", { name: "Code of Shared" }).fill("THEIRS");
  await other.keyboard.press("Enter");
  await expect(other.getByText("THEIRS")).toBeVisible();
  await page.getByRole("button", { name: "Change Code of Shared" }).click();
  await page.getByRole("textbox", { name: "Code of Shared" }).fill("MINE");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Yours: MINE. Theirs: THEIRS.")).toBeVisible();
  await page.unroute(list);
  await page.getByRole("button", { name: "Save mine" }).click();
  await expect(page.getByRole("row").filter({ hasText: "MINE" })).toBeVisible();
});

test("search, filter and order stand in the address, and the export holds exactly what is shown", async ({
  page,
}) => {
  const path = await beginWithDemo(page);
  await page.goto(`${path}/people`);
  await expect(page.getByText("43", { exact: true })).toBeVisible();
  await page.getByLabel("Team").selectOption({ label: "Design" });
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(page).toHaveURL(/teamId=.*sort=-name|sort=-name.*teamId=/);
  await page.reload();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "E-mail" }).uncheck();
  await page.keyboard.press("Escape");
  const shown = await page.getByRole("table", { name: "People" }).getAttribute("aria-rowcount");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export what is shown" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines).toHaveLength(Number(shown));
  expect(lines[0]).not.toContain("E-mail");
  expect(lines[0]).toContain("Per week");
  expect(lines.slice(1).every((line) => /,[1-4]?\d(\.\d+)?$/.test(line))).toBe(true);
  const first = await page.getByRole("table", { name: "People" }).getByRole("link").first().textContent();
  expect(lines[1]).toContain(first);
});

test("the demo company has its own workspace and the dashboard leads to the rows behind it", async ({
  page,
}) => {
  await beginWithDemo(page);
  await page.getByRole("link", { name: /^Overbooked people/ }).click();
  await expect(page).toHaveURL(/report=overbooking/);
  await expect(page.getByRole("table").last()).toBeVisible();
  await page.goBack();
  await page.getByText("Show as table").first().click();
  await expect(page.getByRole("columnheader", { name: "Available" })).toBeVisible();
  await page.getByRole("button", { name: "Change workspace" }).click();
  await expect(page.getByRole("menuitem", { name: "Northwind" })).toBeVisible();
});

test("every report has its figures, a picture, and a file to take along", async ({ page }) => {
  const path = await beginWithDemo(page);
  const reports = await (async () => {
    await page.goto(`${path}/reports`);
    await expect(page.getByLabel("Report")).toBeVisible();
    return page
      .getByLabel("Report")
      .locator("option")
      .evaluateAll((all) => (all as HTMLOptionElement[]).map((one) => one.value));
  })();
  expect(reports).toHaveLength(9);
  for (const report of reports) {
    await page.goto(`${path}/reports?report=${report}`);
    await expect(page.getByRole("table").last().getByRole("row").nth(1)).toBeVisible();
    await expect(page.getByRole("figure").first()).toBeVisible();
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "CSV file" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8").split("\n").length).toBeGreaterThan(1);
  }
});

test("on a phone the buttons of a team are whole", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const { path } = await begin(page);
  await page.goto(`${path}/teams`);
  await page.getByLabel("Add a team…").fill("Red team");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Delete Red team" })).toBeInViewport({ ratio: 1 });
});
