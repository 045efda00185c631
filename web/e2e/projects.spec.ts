// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, beginWithDemo, expect, expectAccessible, test } from "./server";

test("a project gets a client, a phase, a milestone and a budget", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/clients`);
  await page.getByLabel("Add a client…").fill("Acme Foods");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Acme Foods", exact: true })).toBeVisible();

  await page.goto(`${path}/projects`);
  await page.getByLabel("Name of the new project").fill("Brand refresh");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Brand refresh" }).click();
  await page.getByRole("combobox", { name: "Client" }).fill("acm");
  await page.getByRole("option", { name: "Acme Foods" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved")).toBeVisible();

  const phases = page.getByRole("region", { name: "Phases" });
  await phases.getByLabel("New phase").fill("Discovery");
  await phases.getByRole("button", { name: "Add" }).click();
  await expect(phases.getByText("Discovery")).toBeVisible();
  await phases.getByRole("button", { name: "Change Discovery" }).click();
  await phases.getByLabel("Phase", { exact: true }).fill("Research");
  await phases.getByRole("button", { name: "Save" }).click();
  await expect(phases.getByText("Research")).toBeVisible();

  const milestones = page.getByRole("region", { name: "Milestones" });
  await milestones.getByLabel("New milestone").fill("Go live");
  await milestones.getByLabel("On", { exact: true }).fill("2027-03-01");
  await milestones.getByRole("button", { name: "Add" }).click();
  await milestones.getByRole("checkbox", { name: "Go live" }).click();
  await expect(milestones.getByRole("checkbox", { name: "Go live" })).toBeChecked();

  const budget = page.getByRole("region", { name: "Budget" });
  await budget.getByLabel("Hours").fill("120");
  await budget.getByLabel(/Amount/).fill("9000");
  await budget.getByRole("button", { name: "Save budget" }).click();
  await page.reload();
  await expect(budget.getByLabel("Hours")).toHaveValue("120");
  await expect(budget.getByLabel(/Amount/)).toHaveValue("9000");

  const rates = page.getByRole("region", { name: "Rates" });
  await rates.getByRole("button", { name: "Add" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/An hour in/).fill("120");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(rates.getByRole("listitem").filter({ hasText: "Everybody" })).toContainText("120");
});

test("what another tab changes appears without a reload", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/projects`);
  await expect(page.getByText("No projects yet")).toBeVisible();
  const other = await page.context().newPage();
  await other.goto(`${path}/projects`);
  await other.getByLabel("Name of the new project").fill("Seen elsewhere");
  await other.keyboard.press("Enter");
  await expect(other.getByRole("link", { name: "Seen elsewhere" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Seen elsewhere" })).toBeVisible();
  await other.close();
});

test("a budget that is being typed stays when somebody else sets one, and both are shown", async ({
  page,
}) => {
  const { path } = await begin(page);
  await page.goto(`${path}/projects`);
  await page.getByLabel("Name of the new project").fill("Shared");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Shared" }).click();
  const budget = page.getByRole("region", { name: "Budget" });
  await budget.getByLabel("Hours").fill("120");
  const other = await page.context().newPage();
  await other.goto(page.url());
  const theirs = other.getByRole("region", { name: "Budget" });
  await theirs.getByLabel("Hours").fill("80");
  await theirs.getByRole("button", { name: "Save budget" }).click();
  await expect(other.getByText("Saved")).toBeVisible();
  await expect(budget.getByRole("alert")).toContainText("80");
  await expect(budget.getByLabel("Hours")).toHaveValue("120");
  await budget.getByRole("button", { name: "Save mine" }).click();
  await expect(theirs.getByLabel("Hours")).toHaveValue("120");
  await expect(budget.getByRole("alert")).toHaveCount(0);
  await other.close();
});

test("a client, a team and a skill have pages of their own, with what belongs to them", async ({ page }) => {
  const path = await beginWithDemo(page);
  for (const [list, region] of [
    ["clients", "Projects"],
    ["teams", "People"],
    ["skills", "People"],
    ["roles", "People"],
  ] as const) {
    await page.goto(`${path}/${list}`);
    const link = page.getByRole("main").locator(`a[href*="/${list}/"]`).first();
    const name = (await link.textContent()) ?? "";
    await link.click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/${list}/[0-9a-f-]{36}`));
    await page.reload();
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue(name);
    await expect(page.getByRole("region", { name: region }).getByRole("listitem").first()).toBeVisible();
    if (list === "teams") {
      await expect(page.getByRole("region", { name: /^Load/ }).getByText("Whole team")).toBeVisible();
    }
    if (list === "skills") await expect(page.getByText(/^Level \d$/).first()).toBeVisible();
    await expectAccessible(page);
  }
});
