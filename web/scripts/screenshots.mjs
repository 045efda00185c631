// Pictures of every page: light, dark and phone, into web/screenshots. Needs a running app:
//   RAALLY_URL (default http://127.0.0.1:4173), RAALLY_EMAIL and RAALLY_PASSWORD to sign in with, ONLY=people,light
import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";

const base = process.env.RAALLY_URL ?? "http://127.0.0.1:4173";
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
const out = new URL("../screenshots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

const SETTINGS = ["profile", "security", "workspace", "members", "holidays", "audit"];
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

async function signIn(page) {
  await page.goto(`${base}/sign-in`);
  if (!process.env.RAALLY_EMAIL) return;
  await page.locator("input[type=email]").fill(process.env.RAALLY_EMAIL);
  await page.locator("input[name=password]").fill(process.env.RAALLY_PASSWORD ?? "");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
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
  await page.waitForLoadState("networkidle", { timeout: 1_500 }).catch(() => undefined);
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
  page.on(
    "console",
    (message) => message.type() === "error" && console.error(look, page.url(), message.text()),
  );
  page.on("pageerror", (error) => console.error(look, page.url(), error.message));
  if (wanted("sign-in", look) || wanted("sign-up", look)) {
    const outside = await (await browser.newContext(options)).newPage();
    await outside.route("**/auth/refresh", (route) => route.fulfill({ status: 401, body: "{}" }));
    await shoot(outside, look, "sign-in", "/sign-in");
    await shoot(outside, look, "sign-up", "/sign-up");
    await outside.context().close();
  }
  await signIn(page);
  await page.goto(base);
  const first = page.locator('a[href*="/w/"]').first();
  await first.waitFor();
  const root = `/w/${(await first.getAttribute("href")).split("/")[2]}`;
  await shoot(page, look, "workspaces", "/");
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
  for (const section of SETTINGS)
    await shoot(page, look, `settings-${section}`, `${root}/settings/${section}`);
  for (const [list, name] of [
    ["people", "person"],
    ["projects", "project"],
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
  await shoot(page, look, "platform", "/platform");
  await context.close();
}
await browser.close();
