// How long after one person's change was saved another one sees it: two browsers on the real server, ten moves.
import { launch, median, quantile, signedInPage } from "./browser.mjs";

const MOVES = 10;

/** Answers the wall-clock time at which a bar has left a place. */
function whenMoved([id, left]) {
  return new Promise((resolve) => {
    const look = () => {
      const bar = document.querySelector(`[data-bar="${id}"]`);
      if (bar && bar.style.left !== left) resolve(Date.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}

const leftOf = (page, id) => page.locator(`[data-bar="${id}"]`).evaluate((bar) => bar.style.left);

export async function measureLive(server) {
  const browsers = [await launch(), await launch()];
  try {
    const pages = await Promise.all(browsers.map((browser) => signedInPage(browser, server)));
    for (const page of pages) {
      await page.goto(`/w/${server.workspaceId}/schedule?zoom=month`);
      await page.locator(".sg-bar").first().waitFor();
      await page.waitForTimeout(800);
    }
    const [mine, theirs] = pages;
    const id = await mine.locator(".sg-bar:not(.is-open)").first().getAttribute("data-bar");
    const took = [];
    for (let move = 0; move < MOVES; move += 1) {
      const seen = theirs.evaluate(whenMoved, [id, await leftOf(theirs, id)]);
      const saved = mine.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
      const bar = mine.locator(`[data-bar="${id}"]`);
      await bar.focus();
      await bar.click({ position: { x: 12, y: 12 }, force: true });
      // A clash is accepted in the air, so that no question stands in the way.
      for (const key of ["Space", move % 2 === 0 ? "ArrowRight" : "ArrowLeft", "a", "Enter"]) {
        await mine.keyboard.press(key);
      }
      const answer = await saved;
      await answer.finished();
      const since = Date.now();
      took.push(Math.max((await seen) - since, 0));
      await mine.waitForTimeout(300);
    }
    return { p50: median(took), p95: quantile(took, 0.95) };
  } finally {
    for (const browser of browsers) await browser.close();
  }
}
