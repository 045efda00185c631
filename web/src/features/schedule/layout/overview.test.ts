// The mini-map's arithmetic: what is seen is inside, and where one points is where one gets.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAtPixel, dayForMiddle, frameBox, pixelOfDay, weekPaths } from "./overview";

const domain = fc
  .tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 100, max: 2_200 }))
  .map(([from, days]) => ({ from, to: from + days - 1 }));
const width = fc.integer({ min: 120, max: 3_000 });

describe("mini-map", () => {
  it("a_pixel_of_a_day_shows_that_day", () => {
    fc.assert(
      fc.property(domain, width, fc.double({ min: 0, max: 0.999, noNaN: true }), (all, wide, at) => {
        const day = all.from + Math.floor((all.to - all.from + 1) * at);
        expect(dayAtPixel(all, wide, pixelOfDay(all, wide, day) + 0.001)).toBe(day);
      }),
    );
  });

  it("the_frame_never_leaves_the_map", () => {
    fc.assert(
      fc.property(
        domain,
        width,
        fc.integer({ min: -500, max: 3_000 }),
        fc.nat(400),
        (all, wide, at, days) => {
          const box = frameBox(all, wide, { from: all.from + at, to: all.from + at + days });
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(wide + 0.001);
          expect(box.width).toBeGreaterThanOrEqual(14);
        },
      ),
    );
  });

  it("the_frame_goes_where_one_points", () => {
    fc.assert(
      fc.property(domain, width, fc.integer({ min: 7, max: 60 }), (all, wide, days) => {
        const screen = { from: all.from, to: all.from + days - 1 };
        const x = wide / 2;
        const first = dayForMiddle(all, wide, x, screen);
        expect(first).toBeGreaterThanOrEqual(all.from);
        expect(first + days - 1).toBeLessThanOrEqual(all.to);
        const middle = dayAtPixel(all, wide, x);
        expect(Math.abs(first + Math.floor(days / 2) - middle)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("only_more_than_there_is_is_drawn_as_too_much", () => {
    const all = { from: 0, to: 20 };
    const size = { width: 210, height: 24 };
    const week = (from: number, confirmedMinutes: number) => ({
      from,
      to: from + 6,
      capacityMinutes: 2_400,
      confirmedMinutes,
      tentativeMinutes: 0,
    });
    expect(weekPaths([week(0, 2_400)], all, size).over).toBe("");
    expect(weekPaths([week(7, 2_640)], all, size).over).toMatch(/^M70 /);
    expect(weekPaths([{ ...week(0, 0), capacityMinutes: 0 }], all, size).confirmed).toBe("");
  });
});
