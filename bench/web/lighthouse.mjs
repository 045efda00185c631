// Lighthouse on pages behind the sign-in: it steers a browser whose profile holds the session.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse, { desktopConfig } from "lighthouse";
import { launchWithPort, signIn } from "./browser.mjs";

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const LOAD_MS_MAX = 15_000;
const AUDIT_MS_MAX = 90_000;

function within(limitMs, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const CATEGORIES = ["performance", "accessibility"];

/** Scores of 0 to 100, by page; the desktop preset, as a planner sits at a desk. */
export async function measureLighthouse(server) {
  const folder = mkdtempSync(join(tmpdir(), "raally-lighthouse-"));
  const port = await freePort();
  const context = await launchWithPort(folder, port);
  try {
    await signIn(context.request, server);
    const results = {};
    for (const page of ["dashboard", "schedule"]) {
      const url = `${server.base}/w/${server.workspaceId}/${page}`;
      const flags = {
        port,
        logLevel: process.env.LIGHTHOUSE_LOG ?? "error",
        onlyCategories: CATEGORIES,
        disableStorageReset: true,
        // The event stream never ends: the network is never quite silent.
        maxWaitForLoad: LOAD_MS_MAX,
      };
      const { lhr } = await within(AUDIT_MS_MAX, lighthouse(url, flags, desktopConfig));
      const failed = Object.values(lhr.audits).filter(
        (audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== "informative",
      );
      results[page] = {
        performance: Math.round(100 * lhr.categories.performance.score),
        accessibility: Math.round(100 * lhr.categories.accessibility.score),
        failed: failed.map((audit) => audit.id),
        url: lhr.finalDisplayedUrl,
      };
    }
    return results;
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
