/** Who may change only some of the plan, or none of it, meets no control that the server would refuse. */
import type { Browser, Page } from "@playwright/test";
import { bar, drag, open, rowsApart, short } from "./schedule-steps";
import { iso, type SeededPlan } from "./seed/schedulePlan";
import { expect, test } from "./server";

interface Joined {
  page: Page;
  userId: string;
}

/** Somebody else who joins the workspace in a role, in a browser of their own. */
async function join(browser: Browser, from: Page, plan: SeededPlan, role: string): Promise<Joined> {
  const { token } = (await plan.call("POST", "/join-links", { role })) as unknown as { token: string };
  const context = await browser.newContext({ baseURL: new URL(from.url()).origin });
  const page = await context.newPage();
  const email = `${role}-${Math.random().toString(36).slice(2)}@example.test`;
  const data = { email, password: plan.passphrase, name: `The ${role}`, joinToken: token, cookie: true };
  const { user } = await (await page.request.post("/api/v1/auth/sign-up", { data })).json();
  return { page, userId: user.id };
}

/** The booking's dialog, opened by a double click, shows it and saves nothing. */
async function expectLookOnly(page: Page) {
  await bar(page, "Ada Almeida", "Web shop").dblclick();
  const dialog = page.getByRole("dialog", { name: "Assignment" });
  await expect(dialog.getByRole("textbox", { name: "Hours" })).toBeDisabled();
  await expect(dialog.getByRole("combobox", { name: "Person" })).toBeDisabled();
  await expect(dialog.getByRole("button", { name: "Save" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toHaveCount(0);
}

test("a viewer looks at a booking and finds nothing to save", async ({ page, browser }) => {
  const plan = await open(page);
  const { page: viewer } = await join(browser, page, plan, "viewer");
  await viewer.goto(plan.address);
  await expectLookOnly(viewer);
  await viewer.goto(`/w/${plan.workspaceId}/import`);
  await expect(viewer.getByText("You may not import here")).toBeVisible();
  await expect(viewer.getByRole("button", { name: "Choose a file" })).toHaveCount(0);
  await viewer.context().close();
});

test("a booking of the past is looked at and not changed", async ({ page }) => {
  const plan = await open(page);
  await page.goto(`${plan.address}&asOf=${new Date().toISOString()}`);
  await expectLookOnly(page);
});

test("a project manager changes own projects and only looks at the others", async ({ page, browser }) => {
  const plan = await open(page);
  const { page: manager, userId } = await join(browser, page, plan, "project-manager");
  await manager.goto(`/w/${plan.workspaceId}/dashboard`);
  await expect(manager.getByRole("heading", { name: "Most hours" })).toBeVisible();
  await expect(manager.getByRole("heading", { name: "Budgets at risk" })).toHaveCount(0);

  await plan.call("PATCH", `/projects/${plan.projects.bank}`, { managerIds: [userId] }, 1);
  await manager.reload();
  await expect(manager.getByText("Every budget holds.")).toBeVisible();

  await manager.goto(plan.address);
  await expectLookOnly(manager);
  await drag(manager, bar(manager, "Ada Almeida", "Web shop"), 2);
  await manager.mouse.up();
  await expect(bar(manager, "Ada Almeida", "Web shop")).toHaveAccessibleName(new RegExp(short(plan.monday)));
  await expect(manager.getByRole("toolbar", { name: "Selected assignments" })).toContainText(
    "Not yours to change",
  );
  await drag(manager, bar(manager, "Ben Berg", "Bank portal"), 1);
  await manager.mouse.up();
  await expect(bar(manager, "Ben Berg", "Bank portal")).toHaveAccessibleName(
    new RegExp(short(plan.monday + 1)),
  );
  await manager.goto(`${plan.address}&rows=projects`);
  const own = bar(manager, "Bank portal", "Bank portal, Ben Berg");
  await drag(manager, own, 0, await rowsApart(manager, "Bank portal", "Web shop"));
  await expect(manager.locator(".sg-note")).toHaveText("This project is not yours to plan");
  await manager.mouse.up();
  await expect(own).toBeVisible();
  await expect(manager.getByText("Not saved")).toHaveCount(0);
  await manager.goto(plan.address);
  await manager.getByRole("button", { name: "New assignment" }).click();
  await manager.getByRole("dialog").getByRole("combobox", { name: "Project" }).click();
  await expect(manager.getByRole("option")).toHaveText([/Bank portal/]);

  await manager.goto(`/w/${plan.workspaceId}/projects`);
  await expect(manager.getByRole("button", { name: "Change Status of Bank portal" })).toBeVisible();
  await expect(manager.getByRole("button", { name: "Change Status of Web shop" })).toHaveCount(0);
  await expect(manager.getByRole("checkbox", { name: "Choose Web shop" })).toHaveCount(0);
  await manager.goto(`/w/${plan.workspaceId}/projects/${plan.projects.shop}`);
  await expect(manager.getByRole("heading", { name: "Staffing" })).toBeVisible();
  await expect(manager.getByRole("textbox", { name: "Name" })).toBeDisabled();
  await expect(manager.getByRole("heading", { name: "Rates" })).toHaveCount(0);
  await expect(manager.getByText("for your own only")).toHaveCount(0);
  await manager.goto(`/w/${plan.workspaceId}/projects/${plan.projects.bank}`);
  await expect(manager.getByRole("heading", { name: "Rates" })).toBeVisible();
  await expect(manager.getByRole("button", { name: "Delete" }).first()).toBeVisible();
  await manager.context().close();
});

test("a member asks for own time off and sees own pay only", async ({ page, browser }) => {
  const plan = await open(page);
  const { page: member, userId } = await join(browser, page, plan, "member");
  const time = { kind: "vacation", startsOn: iso(plan.monday), endsOn: iso(plan.monday) };
  for (const personId of [plan.people.ada, plan.people.ben])
    await plan.call("POST", "/time-off", { ...time, personId });
  await member.goto(`/w/${plan.workspaceId}/time-off`);
  await member.getByRole("button", { name: "Ask for time off" }).click();
  await expect(member.getByRole("dialog")).toContainText("No person on the schedule signs in as you");

  const ada = await plan.call("GET", `/people/${plan.people.ada}`);
  await plan.call("PATCH", `/people/${ada.id}`, { userId }, ada.version);
  await member.reload();
  await expect(member.getByRole("region").getByText("Ben Berg")).toBeVisible();
  await expect(member.getByRole("button", { name: "More about the time off of Ada Almeida" })).toBeVisible();
  await expect(member.getByRole("button", { name: "More about the time off of Ben Berg" })).toHaveCount(0);
  await member.getByRole("button", { name: "Ask for time off" }).click();
  await member.getByRole("combobox", { name: "Person" }).click();
  await expect(member.getByRole("option")).toHaveText(["Ada Almeida"]);

  for (const [person, sections] of [
    [plan.people.ada, 1],
    [plan.people.ben, 0],
  ] as const) {
    await member.goto(`/w/${plan.workspaceId}/people/${person}`);
    await expect(member.getByRole("heading", { name: "Working time" })).toBeVisible();
    await expect(member.getByRole("heading", { name: "Pay" })).toHaveCount(sections);
  }
  await member.context().close();
});
