// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, test } from "./server";

test("people are added by name, found, opened and changed", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  const name = page.getByLabel("Name of the new person");
  for (const one of ["Bruno Berg", "Chen Costa", "Dara Duarte"]) {
    await name.fill(one);
    await name.press("Enter");
    await expect(page.getByRole("link", { name: one })).toBeVisible();
  }
  await page.getByRole("searchbox", { name: "Search" }).fill("costa");
  await expect(page.getByRole("link", { name: "Bruno Berg" })).toBeHidden();
  await expect(page).toHaveURL(/q=costa/);
  await page.getByRole("link", { name: "Chen Costa" }).click();
  await page.getByLabel("E-mail").fill("chen@example.test");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("E-mail")).toHaveValue("chen@example.test");
});

test("who is added under a search that hides them is said to be hidden", async ({ page }) => {
  const { path } = await begin(page);
  const cases = [
    { list: "people?q=costa", field: "Name of the new person" },
    { list: "projects?q=costa", field: "Name of the new project" },
    { list: "teams?q=costa", field: "Add a team…" },
  ];
  for (const { list, field } of cases) {
    await page.goto(`${path}/${list}`);
    await page.getByLabel(field).fill("Bruno");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Bruno was added, but the search or a filter hides it")).toBeVisible();
    await page.goto(`${path}/${list}`);
    await page.getByLabel(field).fill("Costa");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Costa was added", { exact: true })).toBeVisible();
  }
});

test("a title is added to a person's history", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Elif Eriksen");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Elif Eriksen" }).click();
  await expect(page.getByText("40 h a week")).toBeVisible();
  await page.getByRole("region", { name: "Job titles" }).getByRole("button", { name: "Add" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Designer");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("region", { name: "Job titles" }).getByText("Designer")).toBeVisible();
});

test("a deleted person comes back by undo", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Farid Fischer");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Farid Fischer" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Nobody here yet")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Farid Fischer" })).toBeVisible();
});

test("two people editing the same person see both versions", async ({ page, browser, server }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Grete Garcia");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Grete Garcia" }).click();
  const other = await (
    await browser.newContext({ storageState: await page.context().storageState() })
  ).newPage();
  await page.getByLabel("Name", { exact: true }).fill("Grete G.");
  await other.goto(server + new URL(page.url()).pathname);
  await other.getByLabel("Name", { exact: true }).fill("Grete Other");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText("Saved")).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Somebody else saved this while you were editing.")).toBeVisible();
  await page.getByRole("button", { name: "Save mine" }).click();
  await expect(page.getByRole("heading", { name: "Grete G.", level: 1 })).toBeVisible();
  await other.context().close();
});

test("what was typed on a page is asked about before the page is left", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Nia Novak");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Nia Novak" }).click();
  await page.getByLabel("Notes").fill("Comes back in March");
  await page.getByRole("link", { name: "Dashboard" }).click();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByLabel("Notes")).toHaveValue("Comes back in March");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.getByLabel("Notes").fill("Never mind");
  await page.getByRole("link", { name: "Dashboard" }).click();
  await question.getByRole("button", { name: "Leave" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Notes")).toHaveValue("Comes back in March");
});
