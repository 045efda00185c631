// A journey in a real browser against the real server; each test's name is what it claims.
import { begin, expect, expectAccessible, PASSWORD, signIn, test } from "./server";

const ADMIN = { email: "root@example.test", password: "the keys of the whole house" };

test.beforeAll(({ installation }) => {
  installation.run(
    ["user", "create", "--email", ADMIN.email, "--name", "Root", "--password-stdin", "--platform-admin"],
    ADMIN.password,
  );
});

test("a platform admin finds a user, suspends them at once and lets them in again", async ({
  page,
  browser,
  server,
}) => {
  const { email, path } = await begin(page);
  const root = await (await browser.newContext({ baseURL: server })).newPage();
  await signIn(root, ADMIN.email, ADMIN.password);
  await root.goto("/platform");
  await expect(root.getByText("Database")).toBeVisible();
  await root.getByLabel("Search by e-mail or name").fill(email);
  const row = root.getByRole("listitem").filter({ hasText: email });
  const choose = async (choice: string) => {
    await row.getByRole("button", { name: `Actions for ${email}` }).click();
    await root.getByRole("menuitem", { name: choice }).click();
  };
  await choose("Suspend…");
  await root.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await expect(row.getByText("Suspended")).toBeVisible();
  await page.goto(`${path}/people`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await choose("Let in again…");
  await root.getByRole("dialog").getByRole("button", { name: "Let in again" }).click();
  await expect(row.getByText("Suspended")).toBeHidden();
  await signIn(page, email, PASSWORD);
  await root.context().close();
});

test("a platform admin is made and unmade, the trail says who did it, and the last one stays", async ({
  page,
  browser,
  server,
}) => {
  const { email } = await begin(page);
  const root = await (await browser.newContext({ baseURL: server })).newPage();
  await signIn(root, ADMIN.email, ADMIN.password);
  await root.goto("/platform");
  const search = root.getByLabel("Search by e-mail or name");
  const choose = async (whose: string, choice: string, confirm: string) => {
    await root.getByRole("button", { name: `Actions for ${whose}` }).click();
    await root.getByRole("menuitem", { name: choice }).click();
    await root.getByRole("dialog").getByRole("button", { name: confirm }).click();
  };
  await search.fill("root");
  await choose(ADMIN.email, "No longer a platform admin…", "Take away");
  await expect(root.getByText("At least one platform admin must stay")).toBeVisible();
  await search.fill("ana ferr");
  await choose(email, "Make platform admin…", "Make platform admin");
  const row = root.getByRole("listitem").filter({ hasText: email });
  await expect(row.getByText("Platform admin", { exact: true })).toBeVisible();
  await expect(root.getByText("Made a platform admin").first()).toBeVisible();
  await page.goto("/platform");
  await expect(page.getByText("Database")).toBeVisible();
  await choose(email, "No longer a platform admin…", "Take away");
  await expect(row.getByText("Platform admin", { exact: true })).toBeHidden();
  await page.reload();
  await expect(page.getByText("Only for platform admins")).toBeVisible();
  await root.context().close();
});

test("entering a workspace makes a member and stands in its audit trail", async ({
  page,
  browser,
  server,
}) => {
  const { path } = await begin(page, `Acme ${Date.now()}`);
  const name =
    (await page.getByRole("heading", { level: 1 }).textContent())?.replace("Welcome to ", "") ?? "";
  const root = await (await browser.newContext({ baseURL: server })).newPage();
  await signIn(root, ADMIN.email, ADMIN.password);
  await root.goto(path);
  await expect(root.getByText("This workspace doesn't exist")).toBeVisible();
  await root.goto("/platform");
  await root.getByLabel("Search by name").fill(name);
  await root.getByRole("listitem").filter({ hasText: name }).getByRole("button", { name: "Enter…" }).click();
  await root.getByRole("dialog").getByRole("button", { name: "Become a member" }).click();
  await expect(root).toHaveURL(new RegExp(`${path}/schedule`));
  await page.goto(`${path}/settings/audit?kind=membership`);
  await expect(page.getByText("Platform admin became a member")).toBeVisible();
  await root.context().close();
});

test("the page of the platform is accessible and tells others nothing", async ({ page, browser, server }) => {
  await begin(page);
  await page.goto("/platform");
  await expect(page.getByText("Only for platform admins")).toBeVisible();
  const root = await (await browser.newContext({ baseURL: server })).newPage();
  await signIn(root, ADMIN.email, ADMIN.password);
  for (const colorScheme of ["light", "dark"] as const) {
    await root.emulateMedia({ colorScheme });
    await root.goto("/platform");
    await expect(root.getByText("Database")).toBeVisible();
    await expect(root.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await expectAccessible(root);
  }
  await root.context().close();
});
