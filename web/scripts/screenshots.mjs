// Pictures of every page: light, dark and phone, into web/screenshots (`make screenshots`). Makes a demo company on a
// server of its own; RAALLY_URL with RAALLY_EMAIL and RAALLY_PASSWORD take one that runs. ONLY=people,light
import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";
import { startServer } from "./server.mjs";

const ADMIN = { email: "root@demo.example", password: "a sentence that nobody guesses" };

/** A file whose rows can't all be read, to show how that is told. */
const FAULTY = [
  "Name,Email,Team,Hours per week",
  "Ida Moen,ida@demo.example,Design,40",
  "Jon Moe,jon at demo,Delivery,many",
  ",lea@demo.example,Design,400",
].join("\n");

/** Where to look, and as whom: the owner of the demo company, and a platform admin. */
async function place() {
  if (process.env.RAALLY_URL) {
    const login = { email: process.env.RAALLY_EMAIL, password: process.env.RAALLY_PASSWORD };
    return { base: process.env.RAALLY_URL, owner: login, admin: null, stop: () => undefined };
  }
  // More pages a minute than anybody reads, all of them from one address.
  const server = await startServer({ RAALLY_RATE_LIMIT: "off" });
  const { logins } = JSON.parse(server.run(["demo", "--json"]));
  const admin = ["user", "create", "--email", ADMIN.email, "--name", "Root", "--password-stdin"];
  server.run([...admin, "--platform-admin"], ADMIN.password);
  return { base: server.address, owner: logins[0], admin: ADMIN, stop: server.stop };
}

const { base, owner, admin, stop } = await place();
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
const out = new URL("../screenshots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

const SETTINGS = [
  "profile",
  "security",
  "workspace",
  "members",
  "calendars",
  "holidays",
  "time-travel",
  "audit",
];
const REPORTS = [
  "hours",
  "utilisation",
  "availability",
  "people-per-role",
  "idleness-per-role",
  "overbooking",
  "demand",
  "candidates",
  "budget",
];
const LOOKS = {
  light: { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  phone: {
    viewport: { width: 390, height: 844 },
    colorScheme: "light",
    deviceScaleFactor: 2,
    hasTouch: true,
  },
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

async function signIn(page, login) {
  await page.goto(`${base}/sign-in`);
  if (!login?.email) return;
  await page.locator("input[type=email]").fill(login.email);
  await page.locator("input[name=password]").fill(login.password ?? "");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** Uploads the faulty file and tries it, so that there is an import to look at. */
async function importFaults(page, root) {
  await page.goto(`${base}${root}/import`);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "staff.csv", mimeType: "text/csv", buffer: Buffer.from(FAULTY) });
  await page.getByRole("button", { name: "Try it, change nothing" }).click();
  await page.getByRole("heading", { name: "Rows with faults" }).waitFor();
}

const wanted = (name, look) => only.length === 0 || only.every((one) => name.includes(one) || look === one);

async function shoot(page, look, name, path) {
  if (!wanted(name, look)) return;
  await page.goto(base + path);
  await page
    .locator("h1, h2, [role=grid]")
    .first()
    .waitFor({ timeout: 10_000 })
    .catch(() => undefined);
  // The event stream never ends, so "no requests" would never come: what stands in for content must be gone.
  await page
    .waitForFunction(() => !document.querySelector(".skeleton, [aria-busy=true]"), null, { timeout: 5_000 })
    .catch(() => undefined);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: `${out}${name}-${look}.png` });
}

for (const [look, options] of Object.entries(LOOKS)) {
  const context = await browser.newContext({
    ...options,
    locale: process.env.LOCALE ?? "en",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.route("**/*", (route) => route.continue());
  page.on("console", (message) => {
    const expected = /status of 401/.test(message.text()) && page.url().endsWith("/sign-in");
    if (message.type() === "error" && !expected) console.error(look, page.url(), message.text());
  });
  page.on("pageerror", (error) => console.error(look, page.url(), error.message));
  if (wanted("sign-in", look) || wanted("sign-up", look)) {
    const outside = await (await browser.newContext(options)).newPage();
    await outside.route("**/auth/refresh", (route) => route.fulfill({ status: 401, body: "{}" }));
    await shoot(outside, look, "sign-in", "/sign-in");
    await shoot(outside, look, "sign-up", "/sign-up");
    await outside.context().close();
  }
  await signIn(page, owner);
  await page.goto(`${base}/workspaces`);
  const first = page.locator('a[href*="/w/"]').first();
  await first.waitFor();
  const root = `/w/${(await first.getAttribute("href")).split("/")[2]}`;
  await shoot(page, look, "workspaces", "/workspaces");
  for (const name of [
    "start",
    "schedule",
    "dashboard",
    "people",
    "projects",
    "clients",
    "teams",
    "skills",
    "roles",
    "time-off",
    "reports",
    "import",
  ]) {
    await shoot(page, look, name, `${root}/${name}`);
  }
  await shoot(page, look, "schedule-quarter", `${root}/schedule?zoom=quarter`);
  await shoot(page, look, "schedule-projects", `${root}/schedule?rows=projects`);
  await shoot(page, look, "time-off-calendar", `${root}/time-off?view=calendar`);
  for (const report of REPORTS)
    await shoot(page, look, `report-${report}`, `${root}/reports?report=${report}`);
  for (const section of SETTINGS)
    await shoot(page, look, `settings-${section}`, `${root}/settings/${section}`);
  if (look === "light" && wanted("import-one", look)) await importFaults(page, root);
  for (const [list, name] of [
    ["people", "person"],
    ["projects", "project"],
    ["clients", "client"],
    ["teams", "team"],
    ["skills", "skill"],
    ["import", "import-one"],
  ]) {
    if (!wanted(name, look)) continue;
    await page.goto(`${base}${root}/${list}`);
    const link = page.locator(`main a[href*="/${list}/"]`).first();
    if (
      await link.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    ) {
      await shoot(page, look, name, await link.getAttribute("href"));
    }
  }
  await context.close();
  if (admin && wanted("platform", look)) {
    const inside = await (await browser.newContext({ ...options, reducedMotion: "reduce" })).newPage();
    await signIn(inside, admin);
    await shoot(inside, look, "platform", "/platform");
    await inside.context().close();
  }
}
await browser.close();
stop();
