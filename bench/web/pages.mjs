// What a person waits for on a page: largest paint, shifts of the layout, and the time from an input to its paint.
import { launch, quantile, signedInPage, slowDown } from "./browser.mjs";

/** Below this a browser reports no duration of an event: such inputs count as so much. */
const EVENT_MS_MIN = 16;
const SETTLE_MS = 1_200;

function watch() {
  const seen = { lcp: 0, cls: 0, events: new Map() };
  window.seen = seen;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcp = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.interactionId) continue;
      seen.events.set(
        entry.interactionId,
        Math.max(seen.events.get(entry.interactionId) ?? 0, entry.duration),
      );
    }
  }).observe({ type: "event", buffered: true, durationThreshold: 16 });
}

async function shown(page, path, ready) {
  await page.goto(path);
  await page.locator(ready).first().waitFor();
  await page.waitForFunction(() => !document.querySelector("main .skeleton"));
  await page.waitForTimeout(SETTLE_MS);
  return page.evaluate(() => ({ lcp: Math.round(window.seen.lcp), cls: window.seen.cls }));
}

/** Clicks, keys and typing on the schedule: selecting, walking, picking up, moving, putting back, searching. */
async function useSchedule(page) {
  let inputs = 0;
  const press = async (key, times = 1) => {
    for (let at = 0; at < times; at += 1) {
      await page.keyboard.press(key);
      inputs += 1;
    }
  };
  const bars = page.locator(".sg-bar");
  for (const at of [0, 1, 2, 3]) {
    await bars.nth(at).click({ position: { x: 6, y: 12 }, force: true });
    inputs += 1;
  }
  await press("ArrowDown", 8);
  await press("ArrowRight", 8);
  await press("Space");
  await press("ArrowRight", 8);
  await press("ArrowDown", 4);
  await press("Escape", 2);
  await page.getByRole("searchbox").first().click();
  await page.keyboard.type("design", { delay: 30 });
  inputs += 7;
  await press("Backspace", 6);
  return inputs;
}

async function useDashboard(page) {
  let inputs = 0;
  for (const key of ["Control+k", "a", "r", "ArrowDown", "ArrowDown", "ArrowUp", "Escape", "?", "Escape"]) {
    await page.keyboard.press(key);
    inputs += 1;
  }
  for (let at = 0; at < 12; at += 1) {
    await page.keyboard.press("Tab");
    inputs += 1;
  }
  return inputs;
}

async function inputToPaint(page, use) {
  await page.evaluate(() => window.seen.events.clear());
  const inputs = await use(page);
  await page.waitForTimeout(SETTLE_MS);
  const slow = await page.evaluate(() => [...window.seen.events.values()]);
  const fast = Array.from({ length: Math.max(inputs - slow.length, 0) }, () => EVENT_MS_MIN);
  return { p95: quantile([...slow, ...fast], 0.95), inputs };
}

const PAGES = [
  { name: "dashboard", path: "dashboard", ready: "h1", use: useDashboard },
  { name: "schedule", path: "schedule", ready: ".sg-bar", use: useSchedule },
];

/** The second visit's figures: hashed files come from the cache, as they do for everybody but the first time. */
export async function measurePages(server, rate) {
  const results = {};
  for (const one of PAGES) {
    const browser = await launch();
    try {
      const page = await signedInPage(browser, server);
      await page.addInitScript(watch);
      await slowDown(page, rate);
      const path = `/w/${server.workspaceId}/${one.path}`;
      const first = await shown(page, path, one.ready);
      const again = await shown(page, path, one.ready);
      const { p95, inputs } = await inputToPaint(page, one.use);
      results[one.name] = {
        lcp: first.lcp,
        lcpAgain: again.lcp,
        cls: Math.max(first.cls, again.cls),
        p95,
        inputs,
      };
    } finally {
      await browser.close();
    }
  }
  return results;
}
