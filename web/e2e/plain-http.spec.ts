// A server in one's own network without HTTPS: browsers keep some of their functions from it.
import { begin, expect, test } from "./server";

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP raally.lan 127.0.0.1"],
  },
  baseURL: async ({ server }, use) => use(server.replace("127.0.0.1", "raally.lan")),
});

test("by plain HTTP a workspace is made and filled, and a link to join is copied", async ({
  page,
  errors,
}) => {
  const { path } = await begin(page);
  expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
  await page.goto(`${path}/people`);
  await page.getByLabel("Name of the new person").fill("Ida Lund");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Ida Lund" })).toBeVisible();
  await page.goto(`${path}/settings/members`);
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied")).toBeVisible();
  // Chromium says of this header that it counts by HTTPS only.
  errors.splice(0, errors.length, ...errors.filter((one) => !one.includes("Cross-Origin-Opener-Policy")));
});
