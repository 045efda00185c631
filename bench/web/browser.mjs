// One way to start the browser, so that every figure comes from the same flags. Playwright is the web app's own.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("@playwright/test");

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const VIEWPORT = { width: 1440, height: 900 };
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-precise-memory-info",
  "--js-flags=--expose-gc",
];

export const launch = () => chromium.launch({ executablePath, args: FLAGS });

/** A browser whose first profile holds the session, and that another program may steer by its port. */
export const launchWithPort = (folder, port) =>
  chromium.launchPersistentContext(folder, {
    executablePath,
    args: [...FLAGS, `--remote-debugging-port=${port}`],
    viewport: VIEWPORT,
  });

export async function signIn(api, { base, email, password }) {
  const answer = await api.post(`${base}/api/v1/auth/sign-in`, { data: { email, password, cookie: true } });
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()}`);
}

export async function signedInPage(browser, server) {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: "en", baseURL: server.base });
  await signIn(context.request, server);
  return context.newPage();
}

export async function slowDown(page, rate) {
  if (rate === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
