// Fails when the JavaScript of the first page is larger than its budget, counted for the largest of the pages that
// one lands on: sign-in, and the frame of a workspace with the dashboard. Reads dist/.vite/manifest.json.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const INITIAL_BYTES_MAX = 180_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const gzipBytes = (file) => gzipSync(readFileSync(new URL(file, dist))).length;

function files(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) files(next, seen);
  return seen;
}

const landing = ["src/features/shell/Shell.tsx", "src/features/dashboard/DashboardPage.tsx"];
const entry = files("index.html");
const initial = landing.reduce((seen, key) => files(key, seen), new Set(entry));
// The first page needs one catalogue of messages; the largest counts.
const messages = Object.keys(manifest).filter(
  (key) => /^src\/locales\/.*\.po$/.test(key) && !key.includes("pseudo"),
);
const largest = messages.sort((a, b) => gzipBytes(manifest[b].file) - gzipBytes(manifest[a].file))[0];
let total = 0;
for (const key of [...initial, ...(largest ? [largest] : [])]) {
  const bytes = gzipBytes(manifest[key].file);
  total += bytes;
  console.log(`${String(bytes).padStart(7)}  ${manifest[key].file}${entry.has(key) ? " (sign-in)" : ""}`);
}
console.log(`${String(total).padStart(7)}  initial JavaScript, gzip; the budget is ${INITIAL_BYTES_MAX}`);
for (const [key, entry] of Object.entries(manifest)) {
  if (entry.isDynamicEntry && !initial.has(key))
    console.log(`${String(gzipBytes(entry.file)).padStart(7)}  later: ${key}`);
}
if (total > INITIAL_BYTES_MAX) {
  console.error("Too large.");
  process.exit(1);
}
