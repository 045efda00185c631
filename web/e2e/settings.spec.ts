// A journey in a real browser against the real server; each test's name is what it claims.
import { bar, short } from "./schedule-steps";
import { iso, seedSchedule } from "./seed/schedulePlan";
import { begin, expect, PASSWORD, signIn, test } from "./server";

// 1 × 1 pixel, red.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
  "base64",
);

test("a logo and a colour show beside the name, and what is no picture is refused", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/workspace`);
  const section = page.getByRole("region", { name: "Logo and colour" });
  const input = section.getByLabel("Logo", { exact: true });
  await input.setInputFiles({
    name: "logo.png",
    mimeType: "image/png",
    buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
  });
  await expect(section.getByRole("alert")).toContainText("PNG, JPEG or WebP");
  await input.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: PNG });
  const mark = page.getByRole("complementary").locator("img");
  await expect(mark).toBeVisible();
  expect(await mark.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  await section.getByRole("button", { name: "Remove the logo" }).click();
  await expect(mark).toHaveCount(0);
  await section.getByLabel("Colour").fill("#aa3300");
  await section.getByRole("button", { name: "Use this colour" }).click();
  await expect(page.getByRole("complementary").getByText("N", { exact: true })).toHaveCSS(
    "background-color",
    "rgb(170, 51, 0)",
  );
});

test("a member joins by link in the chosen role, gets another one, and is removed", async ({
  page,
  browser,
  server,
}) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/members`);
  await page.getByRole("region", { name: "Invite by link" }).getByLabel("Role").selectOption("viewer");
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = (await page.getByRole("status").locator("code").textContent()) ?? "";
  const guest = await (await browser.newContext({ baseURL: server })).newPage();
  await guest.goto(link);
  await guest.getByRole("link", { name: "Create an account" }).click();
  await guest.getByLabel("Name").fill("Gus Guest");
  await guest.getByLabel("E-mail").fill(`gus-${Date.now()}@example.test`);
  await guest.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await guest.getByRole("button", { name: "Create account" }).click();
  await expect(guest.getByText("Northwind")).toBeVisible();
  await guest.goto(`${path}/people`);
  await expect(guest.getByRole("heading", { name: "People" })).toBeVisible();
  await expect(guest.getByRole("button", { name: "Add person" })).toHaveCount(0);
  await page.reload();
  await page.getByLabel("Role of Gus Guest").selectOption("resource-manager");
  await guest.reload();
  await expect(guest.getByRole("button", { name: "Add person" })).toBeVisible();
  await page.getByRole("button", { name: "Remove Gus Guest" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("Gus Guest")).toHaveCount(0);
  await guest.reload();
  await expect(guest.getByText("This workspace doesn't exist")).toBeVisible();
  await guest.context().close();
});

test("a new password ends the other sessions, and one session is ended from another", async ({
  page,
  browser,
  server,
}) => {
  const { email, path } = await begin(page);
  const other = await (await browser.newContext({ baseURL: server })).newPage();
  await signIn(other, email, PASSWORD);
  await page.goto(`${path}/settings/security`);
  await page.getByRole("button", { name: "Sign out there" }).click();
  await expect(page.getByRole("button", { name: "Sign out there" })).toHaveCount(0);
  await other.goto(`${path}/people`);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Present password").fill("this is not the password");
  await page.getByLabel("New password").fill("another sentence to remember");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await page.getByLabel("Present password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("The password was changed; other sessions are ended")).toBeVisible();
  await signIn(other, email, "another sentence to remember");
  await other.context().close();
});

test("a calendar is made, holidays are loaded, and one of them is switched off", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/calendars`);
  await page.getByRole("button", { name: "New calendar" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Four days");
  await dialog.getByLabel("Fri").fill("0");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Four days" })).toContainText("32 h");
  await page.goto(`${path}/settings/holidays`);
  await page.getByRole("combobox", { name: "Region" }).fill("ES");
  await page.getByRole("option", { name: "ES", exact: true }).click();
  await page.getByRole("button", { name: /^Load 20/ }).click();
  const first = page.getByRole("combobox", { name: /^How .* is observed$/ }).first();
  await first.selectOption("none");
  await page.reload();
  await expect(page.getByRole("combobox", { name: /^How .* is observed$/ }).first()).toHaveValue("none");
});

test("the audit trail is filtered, and verified as unbroken", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Kaya Costa");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Kaya Costa" })).toBeVisible();
  await page.goto(`${path}/settings/audit`);
  await page.getByLabel("About").selectOption("person");
  await expect(page).toHaveURL(/kind=person/);
  await expect(page.getByText("Person added")).toBeVisible();
  await expect(page.getByText("Workspace created")).toHaveCount(0);
  await page.getByLabel("To", { exact: true }).fill("2020-01-01");
  await expect(page.getByText("Nothing yet")).toBeVisible();
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("Unbroken: every event is as it was recorded.")).toBeVisible();
});

test("the plan is shown as of an earlier moment, with a banner that leads back", async ({ page }) => {
  const { path } = await begin(page);
  const before = new Date().toISOString();
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Late Lena");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Late Lena" }).click();
  await expect(page.getByRole("heading", { name: "Late Lena" })).toBeVisible();
  const person = new URL(page.url()).pathname;
  await page.getByLabel("Name", { exact: true }).fill("Later Lena");
  const between = new Date().toISOString();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Later Lena" })).toBeVisible();
  await page.goto(`${person}?asOf=${between}`);
  await expect(page.getByRole("heading", { name: "Late Lena" })).toBeVisible();
  const banner = page.getByText("You see the plan as it was on");
  await expect(banner).toBeVisible();
  await page.getByRole("link", { name: "People", exact: true }).click();
  await expect(page).toHaveURL(/people\?.*asOf=/);
  await expect(page.getByRole("link", { name: "Late Lena" })).toBeVisible();
  await expect(banner).toBeVisible();
  await expect(page.getByLabel("Name of the new person")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Add person" })).toHaveCount(0);
  await page.getByRole("link", { name: "Late Lena" }).click();
  await expect(page).toHaveURL(/people\/.*asOf=/);
  await expect(page.getByLabel("Name", { exact: true })).toBeDisabled();
  await page.goto(`${path}/people?asOf=${before}`);
  await expect(page.getByText("Nobody here yet")).toBeVisible();
  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(page.getByRole("link", { name: "Later Lena" })).toBeVisible();
  await expect(page).not.toHaveURL(/asOf=/);
  await page.goto(`${person}?asOf=${before}`);
  await expect(page.getByText("Not found")).toBeVisible();
  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(page.getByRole("heading", { name: "Later Lena" })).toBeVisible();
  await page.goto(`${path}/settings/time-travel`);
  await page.getByRole("button", { name: "Yesterday" }).click();
  await expect(page).toHaveURL(/schedule\?.*asOf=/);
  await expect(banner).toBeVisible();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await expect(page).toHaveURL(/dashboard\?.*asOf=/);
  await expect(banner).toBeVisible();
  await page.getByRole("link", { name: "Time off" }).click();
  await expect(page.getByText("this page shows what is now")).toBeVisible();
  await page.getByRole("link", { name: "Schedule" }).click();
  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(page).not.toHaveURL(/asOf=/);
});

test("while the next page loads, one banner says which plan is shown", async ({ page }) => {
  const { path } = await begin(page);
  let load = () => {};
  await page.route(/PeoplePage/, (route) => {
    load = () => void route.continue();
  });
  await page.goto(`${path}/schedule?asOf=${new Date().toISOString()}`);
  const banner = page.getByText("You see the plan as it was on");
  await expect(banner).toBeVisible();
  await page.getByRole("link", { name: "People", exact: true }).click();
  await expect(page).toHaveURL(/people/);
  await expect(page.getByRole("heading", { name: "Schedule" })).toBeVisible();
  await expect(banner).toHaveCount(1);
  load();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
  await expect(banner).toHaveCount(1);
  const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
  expect(scrolls).toBe(false);
});

test("the bookings of a person and of a project are shown as they were, under the names of then", async ({
  page,
}) => {
  const { address, bookings, call, monday, people, projects, workspaceId } = await seedSchedule(page.request);
  const days = { startsOn: iso(monday + 14), endsOn: iso(monday + 18) };
  const away = await call("POST", "/time-off", { personId: people.ada, kind: "vacation", ...days });
  const setBudget = async (hours: number) => {
    const { version } = await call("GET", `/projects/${projects.bank}`);
    await call("PUT", `/projects/${projects.bank}/budget`, { minutes: hours * 60 }, version);
  };
  await setBudget(100);
  const before = encodeURIComponent(new Date().toISOString());
  await setBudget(7);
  const to = { startsOn: iso(monday + 7), endsOn: iso(monday + 8) };
  await call("PATCH", `/assignments/${bookings.ada.id}`, to, bookings.ada.version);
  await call("DELETE", `/assignments/${bookings.ben.id}`, undefined, bookings.ben.version);
  await call("DELETE", `/time-off/${away.id}`, undefined, away.version);
  await call("PATCH", `/projects/${projects.shop}`, { name: "Web store" }, 1);
  const ben = await call("GET", `/people/${people.ben}`);
  await call("PATCH", `/people/${people.ben}`, { name: "Ben Bauer" }, ben.version);
  const part = (name: string) => page.getByRole("region", { name });
  const hours = part("Budget").getByRole("textbox", { name: "Hours" });
  const open = (rest: string) => page.goto(`/w/${workspaceId}/${rest}`);

  await open(`people/${people.ada}`);
  await expect(part("Bookings").getByRole("listitem")).toContainText(["Web store"]);
  await expect(part("Bookings")).toContainText(short(monday + 7));
  await expect(part("Time off")).toContainText("No time off");
  await open(`people/${people.ada}?asOf=${before}`);
  await expect(part("Bookings").getByRole("listitem")).toContainText(["Web shop"]);
  await expect(part("Bookings")).toContainText(short(monday));
  await expect(part("Bookings").getByRole("button")).toHaveCount(0);
  await expect(part("Time off")).toContainText(short(monday + 14));

  await open(`projects/${projects.bank}`);
  await expect(part("Staffing")).toContainText("No bookings");
  await expect(hours).toHaveValue("7");
  await open(`projects/${projects.bank}?asOf=${before}`);
  await expect(part("Staffing").getByRole("listitem")).toContainText(["Ben Berg"]);
  await expect(hours).toHaveValue("100");
  await expect(hours).toBeDisabled();
  await expect(part("Budget burn")).toContainText("of 100 h");
  await expect(part("Changes").getByText("Budget set")).toHaveCount(1);
  await part("Staffing").getByRole("link", { name: "Open schedule" }).click();
  await expect(page).toHaveURL(/schedule\?.*asOf=/);

  await page.goto(`${address}&asOf=${before}`);
  await expect(bar(page, "Ada Almeida", "Web shop")).toBeVisible();
  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(bar(page, "Ada Almeida", "Web store")).toBeVisible();
});

test("one's own role is changed only after a question", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/members`);
  const role = page.getByLabel("Role of Ana Ferreira");
  await role.selectOption("viewer");
  const question = page.getByRole("dialog", { name: "Give yourself the role Viewer?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(role).toHaveValue("owner");
  await role.selectOption("viewer");
  await question.getByRole("button", { name: "Change my role" }).click();
  // The last owner stays.
  await expect(page.getByText("A workspace keeps at least one active owner")).toBeVisible();
  await expect(role).toHaveValue("owner");
});

test("the hours of a week stand in the order of the workspace's week", async ({ page }) => {
  const { path } = await begin(page);
  await page.goto(`${path}/settings/workspace`);
  await page.getByLabel("First day of the week").selectOption("7");
  const days = page.getByRole("group", { name: "Usual hours a day" }).getByRole("textbox");
  await expect(days.first()).toHaveAccessibleName("Sun");
  await days.first().fill("4");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.reload();
  await expect(days.first()).toHaveAccessibleName("Sun");
  await expect(days.first()).toHaveValue("4");
  await expect(days.nth(1)).toHaveValue("8");
  await page.goto(`${path}/settings/calendars`);
  await page.getByRole("button", { name: "New calendar" }).click();
  const hours = page.getByRole("group", { name: "Hours a day" }).getByRole("textbox");
  await expect(hours.first()).toHaveAccessibleName("Sun");
  await expect(hours.first()).toHaveValue("0");
});
