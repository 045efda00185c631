import { expect, test } from "vitest";
import { safeNext } from "./guards";

test("after signing in one is only sent to pages of this app", () => {
  expect(safeNext("/w/1/people?q=a")).toBe("/w/1/people?q=a");
  for (const bad of [
    "https://evil.test",
    "//evil.test",
    "/\\evil.test",
    "javascript:alert(1)",
    7,
    undefined,
  ]) {
    expect(safeNext(bad)).toBeUndefined();
  }
});
