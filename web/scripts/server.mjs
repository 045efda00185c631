// Starts the server that was built last, on a free port and on data of its own that go away with it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
const READY_MS_MAX = 30_000;

/** The newest `raally`; a debug build reads web/dist itself. */
export function binary() {
  if (process.env.RAALLY_BIN) return process.env.RAALLY_BIN;
  const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;
  const built = [`${target}/release/raally`, `${target}/debug/raally`].filter((one) => existsSync(one));
  const [newest] = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!newest) throw new Error("Build the server first (make run), or say where it is by RAALLY_BIN");
  return newest;
}

/** A data folder with the commands that work on it, and the server on it; `options` are more of its environment. */
export async function startServer(options = {}) {
  const folder = mkdtempSync(join(tmpdir(), "raally-web-"));
  const env = {
    PATH: process.env.PATH,
    RAALLY_LISTEN: "127.0.0.1:0",
    RAALLY_DATA_DIR: join(folder, "data"),
    RAALLY_SIGN_UP: "open",
    ...options,
  };
  const run = (args, input = "") => {
    const done = spawnSync(binary(), args, { cwd: folder, env, input, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`raally ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  const server = spawn(binary(), ["serve"], { cwd: folder, env });
  const address = await new Promise((resolve, reject) => {
    let seen = "";
    const late = setTimeout(() => reject(new Error(`The server did not start: ${seen}`)), READY_MS_MAX);
    const read = (chunk) => {
      seen += chunk.toString();
      const found = /listening on (http:\/\/[\d.]+:\d+)/.exec(seen)?.[1];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => reject(new Error(`The server ended with ${code}: ${seen}`)));
  });
  const stop = () => {
    server.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  };
  // Nothing stays behind when whoever asked for the server is ended early.
  process.once("exit", stop);
  process.once("SIGTERM", () => process.exit(1));
  return { address, run, stop };
}
