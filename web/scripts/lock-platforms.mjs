// Puts the packages of other platforms into package-lock.json that a partial registry left out at `npm install`;
// `npm ci` refuses a lock file without them. Run it after installing behind such a registry.
import { readFileSync, writeFileSync } from "node:fs";

const OS = ["android", "darwin", "freebsd", "linux", "win32"];
const CPU = ["arm64", "x64", "arm", "wasm32"];
const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));

/** Where a package at `at` finds a dependency: inside itself, then beside it, then further out. */
function placesFor(at, name) {
  const places = [];
  for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    places.push(folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`);
    if (!folder) return places;
    if (!folder.includes("/node_modules/")) {
      places.push(`node_modules/${name}`);
      return places;
    }
  }
}

for (const [at, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = placesFor(at, name);
    const fits = (place) => /^[\^~*>]/.test(version) || lock.packages[place].version === version;
    if (places.some((place) => lock.packages[place] && fits(place))) continue;
    const place = places.toReversed().find((one) => !lock.packages[one]);
    if (!place || /^[\^~*>]/.test(version)) continue;
    const words = name.split(/[-/]/);
    const cpu = CPU.find((one) => words.includes(one)) ?? "x64";
    const os = OS.find((one) => words.includes(one));
    const libc = words.includes("musl") ? ["musl"] : undefined;
    lock.packages[place] = {
      version,
      cpu: [cpu],
      dev: entry.dev,
      ...(libc && { libc }),
      optional: true,
      ...(os && { os: [os] }),
    };
    console.log(`added ${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
