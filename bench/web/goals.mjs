// The goals of the web app and how the medians of all runs stand beside them.
import { median } from "./browser.mjs";

const ms = (value) => `${Math.round(value)} ms`;
const plain = (value) => String(value);

/** One line: what, the goal's bound, the median of its figures, and whether it is met. */
function line(what, bound, figures, write, atLeast = false) {
  const known = figures.filter((one) => Number.isFinite(one));
  if (known.length === 0) return null;
  const middle = median(known);
  const met = atLeast ? middle >= bound : middle <= bound;
  const spread = known.length > 1 ? ` (${known.map(write).join(", ")})` : "";
  return `| ${what} | ${atLeast ? "≥" : "≤"} ${write(bound)} | ${write(middle)}${spread} | ${met ? "met" : "missed"} |`;
}

function pageLines(results, name) {
  const of = (list, field) => list.map((run) => run[name][field]);
  const shift = (value) => value.toFixed(3);
  return [
    line(`${name}: largest paint, empty cache`, 1_000, of(results.pages, "lcp"), ms),
    line(`${name}: largest paint, 4 × slower processor`, 2_000, of(results.slowed, "lcp"), ms),
    line(`${name}: input to paint, p95`, 50, of(results.pages, "p95"), ms),
    line(`${name}: input to paint, p95, 4 × slower`, 100, of(results.slowed, "p95"), ms),
    line(`${name}: layout shift`, 0.02, [...of(results.pages, "cls"), ...of(results.slowed, "cls")], shift),
  ];
}

function lighthouseLines(results, name) {
  const of = (field) => results.lighthouse.map((run) => run[name][field]);
  return [
    line(`${name}: Lighthouse performance (desktop)`, 95, of("performance"), plain, true),
    line(`${name}: Lighthouse accessibility`, 100, of("accessibility"), plain, true),
  ];
}

function scheduleLines(results) {
  const [first] = results.schedule;
  if (!first) return [];
  const places = Object.keys(first);
  const of = (place, field) => results.schedule.map((run) => run[place][field]);
  const percent = (value) => `${value.toFixed(1)} %`;
  const tenth = (value) => `${value.toFixed(1)} ms`;
  return places.flatMap((place) => [
    line(`2,000 × 40,000, ${place}: first paint after the data`, 100, of(place, "mountMs"), ms),
    line(`2,000 × 40,000, ${place}: frame while scrolling, p95`, 20, of(place, "gapP95"), tenth),
    line(`2,000 × 40,000, ${place}: frames over 25 ms`, 2, of(place, "slowPercent"), percent),
    line(`2,000 × 40,000, ${place}: main thread in a frame, p95`, 16.7, of(place, "cpuP95"), tenth),
    line(`2,000 × 40,000, ${place}: elements of the grid`, 600, of(place, "nodes"), plain),
    line(`2,000 × 40,000, ${place}: heap`, 150, of(place, "heapMb"), (value) => `${Math.round(value)} MB`),
  ]);
}

export function table(results, { date, machine, runs }) {
  const kilobytes = (value) => `${(value / 1000).toFixed(1)} kB`;
  const lines = [
    results.size && line("initial JavaScript, gzip", 180_000, [results.size], kilobytes),
    ...(results.pages.length > 0
      ? ["dashboard", "schedule"].flatMap((name) => pageLines(results, name))
      : []),
    ...(results.lighthouse.length > 0
      ? ["dashboard", "schedule"].flatMap((name) => lighthouseLines(results, name))
      : []),
    line(
      "another's change is seen after it was saved, p50",
      250,
      results.live.map((run) => run.p50),
      ms,
    ),
    line(
      "another's change is seen after it was saved, p95",
      250,
      results.live.map((run) => run.p95),
      ms,
    ),
    ...scheduleLines(results),
  ].filter(Boolean);
  return [
    `# Web app, ${date}`,
    "",
    `Measured by \`node bench/web/run.mjs\`: ${machine}; Chromium headless without a GPU, 1440 × 900. Median of ${runs}`,
    "(all figures in brackets). Pages and live changes on the real server with the demo company; 2,000 × 40,000 on the",
    "stand-in. Inputs whose paint came within 16 ms are counted as 16 ms: browsers report no less.",
    "",
    "| what | goal | median | |",
    "|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}
