// Measures the built web app against its goals: node bench/web/run.mjs [--runs 3] [--only pages,live,lighthouse,schedule]
// [--json]. Needs web/dist (npm run build in web/), a built server, Chromium. Progress on stderr; the table goes to
// stdout and to bench/results/web-<date>.md. Wants a machine that does nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { table } from "./goals.mjs";

const here = new URL("./", import.meta.url).pathname;
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    only: { type: "string", default: "size,pages,live,lighthouse,schedule" },
    json: { type: "boolean", default: false },
  },
});
const runs = Math.max(1, Number(values.runs) || 1);
const parts = new Set(values.only.split(","));
const startedWith = loadavg()[0];
const progress = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

if (!existsSync(new URL("../../web/dist/index.html", import.meta.url))) {
  progress("web/dist is missing: npm ci && npm run build in web/");
  process.exit(1);
}
if (parts.has("lighthouse") && !existsSync(`${here}node_modules/lighthouse`)) {
  progress("installing lighthouse");
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (done.status !== 0) process.exit(2);
}

const { realServer, standIn } = await import("./servers.mjs");
const results = { size: null, pages: [], slowed: [], live: [], lighthouse: [], schedule: [] };

if (parts.has("size")) {
  const sizes = spawnSync(process.execPath, ["scripts/bundle-size.mjs"], {
    cwd: new URL("../../web/", import.meta.url).pathname,
    encoding: "utf8",
  });
  results.size = Number(/(\d+) {2}initial JavaScript/.exec(sizes.stdout)?.[1] ?? Number.NaN);
}

let failures = 0;

/** One part of a run; when it fails the others are still measured, and the program ends with 2. */
async function attempt(say, part, into, measure) {
  if (!parts.has(part)) return;
  say(into === results.slowed ? "pages with the processor slowed down 4 times" : part);
  try {
    into.push(await measure());
  } catch (error) {
    failures += 1;
    say(`${part} failed: ${error.stack ?? error}`);
  }
}

const PEOPLE = 2_000;
const BOOKINGS_EACH = 20;
for (let run = 1; run <= runs; run += 1) {
  const say = (text) => progress(`run ${run} of ${runs}: ${text}`);
  if (["pages", "live", "lighthouse"].some((part) => parts.has(part))) {
    say("starting the server with the demo company");
    const server = await realServer();
    try {
      await attempt(say, "pages", results.pages, async () =>
        (await import("./pages.mjs")).measurePages(server, 1),
      );
      await attempt(say, "pages", results.slowed, async () =>
        (await import("./pages.mjs")).measurePages(server, 4),
      );
      await attempt(say, "live", results.live, async () => (await import("./live.mjs")).measureLive(server));
      await attempt(say, "lighthouse", results.lighthouse, async () =>
        (await import("./lighthouse.mjs")).measureLighthouse(server),
      );
    } finally {
      await server.stop();
    }
  }
  if (parts.has("schedule")) {
    const { measureSchedule } = await import("./schedule.mjs");
    const server = await standIn(PEOPLE, BOOKINGS_EACH);
    try {
      results.schedule.push(await measureSchedule(server, say));
    } finally {
      await server.stop();
    }
  }
}

const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, load ${startedWith.toFixed(1)} at the start`;
const report = table(results, { date, machine, runs });
if (values.json) process.stdout.write(`${JSON.stringify({ date, machine, runs, results }, null, 2)}\n`);
else process.stdout.write(report);
const folder = new URL("../results/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL(`web-${date}.md`, folder), report);
progress(`written: bench/results/web-${date}.md`);
process.exit(failures > 0 ? 2 : 0);
