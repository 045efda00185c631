import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween, startOfWeek, weekdaysFrom } from "./days";

const day = fc.integer({ min: -20_000, max: 60_000 }).map((days) => addDays("1970-01-01", days));

test("adding days and counting them are inverse", () => {
  fc.assert(
    fc.property(
      day,
      fc.integer({ min: -9999, max: 9999 }),
      (from, n) => daysBetween(from, addDays(from, n)) === n,
    ),
  );
});

test("a week begins on its first day and holds the day", () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 7 }), (one, first) => {
      const start = startOfWeek(one, first);
      expect(new Date(`${start}T00:00:00Z`).getUTCDay() || 7).toBe(first);
      expect(daysBetween(start, one)).toBeGreaterThanOrEqual(0);
      expect(daysBetween(start, one)).toBeLessThan(7);
    }),
  );
});

test("a month after January 31 is the last day of February", () => {
  expect(addMonths("2028-01-31", 1)).toBe("2028-02-29");
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
});

test("a week is written from its first day on", () => {
  expect(weekdaysFrom(1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(weekdaysFrom(7)).toEqual([7, 1, 2, 3, 4, 5, 6]);
});
