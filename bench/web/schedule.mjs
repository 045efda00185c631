// The schedule with 2,000 people and 40,000 bookings: from the plan's arrival to its paint, frames while scrolling,
// elements, memory. CPU time of the main thread in a frame is given too: other load on the machine does not change it.
import { launch, quantile, slowDown, VIEWPORT } from "./browser.mjs";

const SCROLL_MS = 4_000;
const SLOW_FRAME_MS = 25;

/** Notes when the plan's text was there and when the first rows were painted. */
function watchMount() {
  const text = Response.prototype.text;
  Response.prototype.text = async function () {
    const answer = await text.call(this);
    if (this.url.includes("grain=total") && !window.arrivedAt) {
      window.arrivedAt = performance.now();
      new MutationObserver((_, observer) => {
        if (!document.querySelector(".sg-row")) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => (window.paintedAt = performance.now())));
      }).observe(document.body, { childList: true, subtree: true });
    }
    return answer;
  };
}

async function scroll([axis, forMs]) {
  const grid = document.querySelector(".sg");
  const gaps = [];
  let [last, nodes, direction] = [performance.now(), 0, 1];
  const end = last + forMs;
  await new Promise((done) => {
    const step = (now) => {
      gaps.push(now - last);
      last = now;
      if (axis === "y") grid.scrollTop += 55;
      else grid.scrollLeft += 40 * direction;
      if (axis === "x" && gaps.length % 60 === 0) direction = -direction;
      nodes = Math.max(nodes, grid.getElementsByTagName("*").length);
      if (now < end) requestAnimationFrame(step);
      else done();
    };
    requestAnimationFrame(step);
  });
  return { gaps: gaps.slice(2), nodes };
}

function cpuOfFrames(events) {
  const fires = events.filter((event) => event.name === "FireAnimationFrame");
  if (fires.length === 0) return [];
  const { pid, tid } = fires[0];
  const tasks = events.filter(
    (event) =>
      event.ph === "X" && event.pid === pid && event.tid === tid && /RunTask$/.test(event.name) && event.tdur,
  );
  const inFrame = tasks.filter((task) => fires.some(({ ts }) => ts >= task.ts && ts <= task.ts + task.dur));
  return inFrame.map((task) => task.tdur / 1000);
}

async function measureOne(base, zoom, axis, rate) {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.addInitScript(watchMount);
    await slowDown(page, rate);
    await page.goto(`${base}/`);
    const link = page.locator('a[href*="/w/"]').first();
    const workspace = (await link.getAttribute("href")).split("/")[2];
    await page.goto(`${base}/w/${workspace}/schedule?zoom=${zoom}`);
    await page.waitForSelector(".sg-bar");
    await page.waitForFunction(() => window.paintedAt && document.querySelector(".sg-drawing path"));
    const mountMs = await page.evaluate(() => window.paintedAt - window.arrivedAt);
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
    const { gaps, nodes } = await page.evaluate(scroll, [axis, SCROLL_MS]);
    const cpu = cpuOfFrames(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
    const heapMb = await page.evaluate(() => {
      globalThis.gc?.();
      return performance.memory.usedJSHeapSize / 1e6;
    });
    return {
      mountMs,
      frames: gaps.length,
      gapP95: quantile(gaps, 0.95),
      slowPercent: (100 * gaps.filter((gap) => gap > SLOW_FRAME_MS).length) / gaps.length,
      cpuP95: quantile(cpu, 0.95) ?? Number.NaN,
      nodes,
      heapMb,
    };
  } finally {
    await browser.close();
  }
}

export async function measureSchedule(server, progress) {
  const results = {};
  for (const zoom of ["week", "month", "quarter"]) {
    for (const axis of ["y", "x"]) {
      progress(`schedule of 2,000 × 40,000: ${zoom}, ${axis === "y" ? "rows" : "time"}`);
      results[`${zoom}, ${axis === "y" ? "rows" : "time"}`] = await measureOne(server.base, zoom, axis, 1);
    }
  }
  return results;
}
