import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimeOff } from "@/api/types";
import { addDays } from "@/shared/days";
import { awayByDay, daysOfMonth, isWeekend, marksOf } from "./month";

const off = (part: Partial<TimeOff>) =>
  ({
    id: "t",
    personId: "p",
    status: "approved",
    startsOn: "2026-03-02",
    endsOn: "2026-03-04",
    ...part,
  }) as TimeOff;

test("a month has all of its days, leap days too", () => {
  expect(daysOfMonth("2028-02-17")).toHaveLength(29);
  expect(daysOfMonth("2026-12-31").at(-1)).toBe("2026-12-31");
});

test("a weekend is Saturday and Sunday", () => {
  expect(["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09"].map(isWeekend)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("somebody is away from the first day to the last and on no other", () => {
  const day = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(day, day, (start, length) => {
      const startsOn = addDays("2026-02-01", start);
      const endsOn = addDays(startsOn, length);
      const days = daysOfMonth("2026-03-01");
      const away = awayByDay([off({ startsOn, endsOn })], days).get("p");
      for (const one of days) expect(away?.has(one) ?? false).toBe(one >= startsOn && one <= endsOn);
    }),
  );
});

test("what is approved stands over what waits, and what was rejected is not there", () => {
  const days = daysOfMonth("2026-03-01");
  const both = [off({ id: "a" }), off({ id: "w", status: "pending", endsOn: "2026-03-06" })];
  for (const items of [both, [...both].reverse()]) {
    const away = awayByDay(items, days).get("p");
    expect(away?.get("2026-03-03")?.id).toBe("a");
    expect(away?.get("2026-03-05")?.id).toBe("w");
  }
  expect(awayByDay([off({ status: "rejected" })], days).size).toBe(0);
});

test("each kind has a mark of its own, as short as can be", () => {
  const names = { sick: "Sick leave", study: "Study", vacation: "Vacation", week: "Sick leave week" };
  expect([...marksOf(["sick", "vacation"], names).values()]).toEqual(["S", "V"]);
  expect([...marksOf(["sick", "study", "sick"], names)]).toEqual([
    ["sick", "Si"],
    ["study", "St"],
  ]);
  expect(marksOf(["sick", "week"], names).get("sick")).toBe("Sick leave");
});
