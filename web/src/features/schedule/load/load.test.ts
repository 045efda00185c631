import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Buckets, Effort, Load } from "../model";
import { weekdayOf } from "../time/days";
import { minutesByBucket, overbooked, withBooking } from "./estimate";
import { bucketAt, levelOf, stripRuns } from "./heat";

const FIRST = 20_416; // a Monday
const COUNT = 28;
const buckets: Buckets = {
  from: Int32Array.from({ length: COUNT }, (_, at) => FIRST + at),
  to: Int32Array.from({ length: COUNT }, (_, at) => FIRST + at),
};
const capacity = Int32Array.from({ length: COUNT }, (_, at) => (weekdayOf(FIRST + at) <= 5 ? 480 : 0));
const idle: Load = {
  capacity,
  confirmed: new Int32Array(COUNT),
  tentative: new Int32Array(COUNT),
  timeOff: new Int32Array(COUNT),
  marks: new Uint8Array(COUNT),
};
const effort: fc.Arbitrary<Effort> = fc.oneof(
  fc.integer({ min: 1, max: 600 }).map((minutesPerDay): Effort => ({ form: "hours-per-day", minutesPerDay })),
  fc
    .integer({ min: 1, max: 3000 })
    .map((minutesPerWeek): Effort => ({ form: "hours-per-week", minutesPerWeek })),
  fc.integer({ min: 1, max: 15_000 }).map((basisPoints): Effort => ({ form: "percent", basisPoints })),
  fc.integer({ min: 1, max: 9000 }).map((minutes): Effort => ({ form: "total", minutes })),
);

describe("heat strip", () => {
  it("over_is_strictly_more_than_there_is", () => {
    expect(levelOf(480, 480, 9000)).toBe("full");
    expect(levelOf(480, 481, 9000)).toBe("over");
    expect(levelOf(0, 0, 9000)).toBe("off");
    expect(levelOf(0, 1, 9000)).toBe("over");
    expect(levelOf(-1, 900, 9000)).toBe("unknown");
    expect(levelOf(480, 432, 9000)).toBe("busy");
    expect(levelOf(480, 431, 9000)).toBe("light");
  });

  it("runs_cover_every_bucket_once_in_order", () => {
    const amounts = fc.array(fc.constantFrom(0, 240, 480, 600), { minLength: COUNT, maxLength: COUNT });
    fc.assert(
      fc.property(amounts, (confirmed) => {
        const load = { ...idle, confirmed: Int32Array.from(confirmed) };
        const runs = stripRuns(load, 0, COUNT - 1, { busyFrom: 9000, withTentative: true });
        expect(runs[0]?.first).toBe(0);
        expect(runs.at(-1)?.last).toBe(COUNT - 1);
        runs.slice(1).forEach((run, at) => {
          expect(run.first).toBe((runs[at]?.last ?? 0) + 1);
          expect(run.level).not.toBe(runs[at]?.level);
        });
      }),
    );
  });

  it("a_bucket_is_found_by_its_day", () => {
    expect(bucketAt(buckets.to, FIRST - 5)).toBe(0);
    expect(bucketAt(buckets.to, FIRST + 3)).toBe(3);
    expect(bucketAt(buckets.to, FIRST + 99)).toBe(COUNT);
  });
});

describe("estimate", () => {
  it("a_total_inside_the_range_is_spread_completely", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 5000 }), (start, minutes) => {
        const from = FIRST + start;
        const booking = {
          from,
          to: from + 6,
          effort: { form: "total", minutes } as Effort,
          tentative: false,
        };
        const sum = minutesByBucket(booking, buckets, capacity).reduce((all, one) => all + one, 0);
        expect(sum).toBeCloseTo(minutes, 6);
      }),
    );
  });

  it("what_is_taken_out_and_put_in_again_leaves_the_load", () => {
    fc.assert(
      fc.property(effort, fc.nat(20), fc.nat(7), (form, start, length) => {
        const booking = { from: FIRST + start, to: FIRST + start + length, effort: form, tentative: false };
        const there = withBooking(idle, booking, buckets, 1);
        expect([...withBooking(there, booking, buckets, -1).confirmed]).toEqual([...idle.confirmed]);
      }),
    );
  });

  it("a_full_day_on_a_booked_day_clashes_there_only", () => {
    const booking = {
      from: FIRST,
      to: FIRST + 4,
      effort: { form: "hours-per-day", minutesPerDay: 480 } as Effort,
      tentative: false,
    };
    const half = {
      from: FIRST + 2,
      to: FIRST + 2,
      effort: { form: "percent", basisPoints: 5000 } as Effort,
      tentative: false,
    };
    const load = withBooking(idle, half, buckets, 1);
    expect(overbooked([booking], [], buckets, idle)).toEqual([]);
    expect(overbooked([booking], [], buckets, load)).toEqual([
      { from: FIRST + 2, to: FIRST + 2, loadMinutes: 720, capacityMinutes: 480 },
    ]);
    expect(overbooked([{ ...booking, tentative: true }], [], buckets, load)).toEqual([]);
  });

  it("moving_a_booking_does_not_clash_with_itself", () => {
    const full = {
      from: FIRST,
      to: FIRST + 4,
      effort: { form: "hours-per-day", minutesPerDay: 480 } as Effort,
      tentative: false,
    };
    const load = withBooking(idle, full, buckets, 1);
    expect(overbooked([{ ...full, to: FIRST + 3 }], [full], buckets, load)).toEqual([]);
  });

  it("bookings_that_fit_alone_clash_together", () => {
    const half = {
      from: FIRST,
      to: FIRST,
      effort: { form: "percent", basisPoints: 6000 } as Effort,
      tentative: false,
    };
    expect(overbooked([half], [], buckets, idle)).toEqual([]);
    expect(overbooked([half, half], [], buckets, idle)).toEqual([
      { from: FIRST, to: FIRST, loadMinutes: 576, capacityMinutes: 480 },
    ]);
    const there = withBooking(idle, half, buckets, 1);
    expect(overbooked([half], [half], buckets, there)).toEqual([]);
  });

  it("a_group_moved_within_its_row_never_clashes_more_than_its_bars_overlap", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), fc.nat(6), (starts, days) => {
        const quarter = (from: number) => ({
          from,
          to: from,
          effort: { form: "percent", basisPoints: 2000 } as Effort,
          tentative: false,
        });
        const bookings = starts.map((start) => quarter(FIRST + start));
        const load = bookings.reduce((all, one) => withBooking(all, one, buckets, 1), idle);
        const moved = starts.map((start) => quarter(FIRST + start + days));
        expect(overbooked(moved, bookings, buckets, load)).toEqual([]);
      }),
    );
  });
});
