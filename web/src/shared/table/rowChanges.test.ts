import fc from "fast-check";
import { expect, test } from "vitest";
import { eachOf } from "./useRowChanges";

test("every row is worked on once, and those that failed are named", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer(), { maxLength: 40 }), async (rows) => {
      const seen: number[] = [];
      const failed = await eachOf(rows, async (row) => {
        seen.push(row);
        if (row % 3 === 0) throw new Error("refused");
      });
      expect([...seen].sort()).toEqual([...rows].sort());
      expect([...failed].sort()).toEqual(rows.filter((row) => row % 3 === 0).sort());
    }),
  );
});

test("at most four requests are under way at a time", async () => {
  let now = 0;
  let most = 0;
  await eachOf(
    Array.from({ length: 30 }, (_, at) => at),
    async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve));
      now -= 1;
    },
  );
  expect(most).toBe(4);
});
