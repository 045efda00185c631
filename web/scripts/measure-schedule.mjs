// Measures the schedule page with many rows: node scripts/measure-schedule.mjs <address of the page> [zoom …]
// Serve the built app against MOCK_PEOPLE=2000 MOCK_PER_PERSON=20 node scripts/mock-api.mjs. Prints, for each zoom and
// scroll direction, wall time between frames and CPU time of the main thread in a frame (which other load on the
// machine does not change), elements in the grid, heap, and the time from the plan's arrival to its first paint.
import { chromium } from "playwright-core";

const [, , address, ...zooms] = process.argv;
const SCROLL_MS = 4_000;
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
  "--enable-precise-memory-info",
  "--js-flags=--expose-gc",
];

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

const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1);

function cpuOfFrames(events) {
  const fires = events.filter((event) => event.name === "FireAnimationFrame");
  const { pid, tid } = fires[0];
  const tasks = events.filter(
    (event) =>
      event.ph === "X" && event.pid === pid && event.tid === tid && /RunTask$/.test(event.name) && event.tdur,
  );
  const inFrame = tasks.filter((task) => fires.some(({ ts }) => ts >= task.ts && ts <= task.ts + task.dur));
  return inFrame.map((task) => task.tdur / 1000).sort((a, b) => a - b);
}

for (const zoom of zooms.length > 0 ? zooms : ["week", "month", "quarter"]) {
  for (const axis of ["y", "x"]) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args,
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watchMount);
    await page.goto(`${address}?zoom=${zoom}`);
    await page.waitForSelector(".sg-bar");
    await page.waitForFunction(() => window.paintedAt && document.querySelector(".sg-drawing path"));
    const mountMs = await page.evaluate(() => Math.round(window.paintedAt - window.arrivedAt));
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
    const { gaps, nodes } = await page.evaluate(scroll, [axis, SCROLL_MS]);
    const cpu = cpuOfFrames(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
    const heapMb = await page.evaluate(() => {
      globalThis.gc?.();
      return Math.round(performance.memory.usedJSHeapSize / 1e6);
    });
    gaps.sort((a, b) => a - b);
    const over = ((100 * gaps.filter((gap) => gap > 25).length) / gaps.length).toFixed(1);
    console.log(
      `${zoom} ${axis}: mount ${mountMs} ms; frames ${gaps.length}, gap p50 ${quantile(gaps, 0.5)} p95 ${quantile(gaps, 0.95)} ms, ` +
        `over 25 ms ${over} %; main-thread CPU p50 ${quantile(cpu, 0.5)} p95 ${quantile(cpu, 0.95)} p99 ${quantile(cpu, 0.99)} ms; ` +
        `elements ${nodes}; heap ${heapMb} MB`,
    );
    await browser.close();
  }
}
