// What is measured: the built app behind the real server with the demo company, and behind the stand-in with many rows.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
export const dist = `${root}web/dist/`;
const READY_MS_MAX = 60_000;
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** The server that was built last; a debug build reads web/dist itself. */
export function binary() {
  if (process.env.RAALLY_BIN) return process.env.RAALLY_BIN;
  const built = ["release", "debug"]
    .map((one) => `${root}target/${one}/raally`)
    .filter((one) => existsSync(one));
  const [newest] = built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!newest) throw new Error("Build the server first: cargo build --release -p raally-server");
  return newest;
}

function listening(server) {
  return new Promise((resolve, reject) => {
    let seen = "";
    const late = setTimeout(() => reject(new Error(`The server did not start: ${seen}`)), READY_MS_MAX);
    const read = (chunk) => {
      seen += chunk.toString();
      const address = /listening on (http:\/\/[\d.]+:\d+)/.exec(seen)?.[1];
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => reject(new Error(`The server ended with ${code}: ${seen}`)));
  });
}

/** The real server on a fresh database that holds the demo company. */
export async function realServer() {
  const data = mkdtempSync(join(tmpdir(), "raally-bench-web-"));
  const env = {
    PATH: process.env.PATH,
    RAALLY_LISTEN: "127.0.0.1:0",
    RAALLY_DATA_DIR: join(data, "data"),
    RAALLY_SIGN_UP: "open",
  };
  const demo = spawnSync(binary(), ["demo"], { cwd: data, env, encoding: "utf8" });
  const said = demo.stdout + demo.stderr;
  const password = /owner@demo\.example\s+(\S+)/.exec(said)?.[1];
  const workspaceId = /workspace (\S+)/.exec(said)?.[1];
  if (!password || !workspaceId) throw new Error(`raally demo: ${said}`);
  const server = spawn(binary(), ["serve"], { cwd: data, env });
  const base = await listening(server);
  return {
    base,
    workspaceId,
    email: "owner@demo.example",
    password,
    async stop() {
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function sendFile(answer, path) {
  const file = existsSync(join(dist, path)) && extname(path) ? path : "index.html";
  const packed = existsSync(join(dist, `${file}.gz`));
  answer.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    ...(packed && { "content-encoding": "gzip" }),
  });
  answer.end(readFileSync(join(dist, packed ? `${file}.gz` : file)));
}

async function waitFor(port) {
  for (const end = Date.now() + READY_MS_MAX; Date.now() < end; ) {
    const there = await new Promise((resolve) => {
      const probe = request(
        { host: "127.0.0.1", port, path: "/api/v1/auth/refresh", method: "POST" },
        (answer) => {
          answer.resume();
          resolve(true);
        },
      );
      probe.on("error", () => resolve(false));
      probe.end();
    });
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The stand-in did not start");
}

/** The stand-in with so many people and bookings each, and the app in front of it. */
export async function standIn(people, perPerson) {
  const port = await freePort();
  const mock = spawn(process.execPath, [`${root}web/scripts/mock-api.mjs`], {
    env: { ...process.env, MOCK_PORT: port, MOCK_PEOPLE: people, MOCK_PER_PERSON: perPerson },
    stdio: "ignore",
  });
  await waitFor(port);
  const front = createServer((asked, answer) => {
    if (!asked.url.startsWith("/api/")) {
      sendFile(answer, new URL(asked.url, "http://app").pathname);
      return;
    }
    const passed = request(
      { host: "127.0.0.1", port, path: asked.url, method: asked.method, headers: asked.headers },
      (from) => {
        answer.writeHead(from.statusCode, from.headers);
        from.pipe(answer);
      },
    );
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${front.address().port}`,
    async stop() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      const ended = new Promise((resolve) => mock.on("exit", resolve));
      mock.kill();
      await ended;
    },
  };
}
