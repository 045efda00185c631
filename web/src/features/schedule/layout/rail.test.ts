// The rows' mini-map: the frame stays inside, and where one points is where one gets.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FRAME_PX_MIN, railBox, topAfterKey, topForMiddle } from "./rail";

const rail = fc.integer({ min: 24, max: 400 });
const sight = fc
  .record({ all: fc.integer({ min: 0, max: 200_000 }), height: fc.integer({ min: 100, max: 2_000 }) })
  .chain(({ all, height }) =>
    fc.record({
      all: fc.constant(all),
      height: fc.constant(height),
      top: fc.integer({ min: 0, max: Math.max(all - height, 0) }),
    }),
  );

describe("mini-map of the rows", () => {
  it("the_frame_never_leaves_the_rail_and_can_be_held", () => {
    fc.assert(
      fc.property(rail, sight, (pixels, rows) => {
        const box = railBox(pixels, rows);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.y + box.height).toBeLessThanOrEqual(pixels + 0.001);
        expect(box.height).toBeGreaterThanOrEqual(FRAME_PX_MIN);
      }),
    );
  });

  it("the_middle_of_the_frame_leads_to_the_rows_that_are_on_screen", () => {
    fc.assert(
      fc.property(rail, sight, (pixels, rows) => {
        const box = railBox(pixels, rows);
        expect(topForMiddle(pixels, box.y + box.height / 2, rows)).toBeCloseTo(
          box.height < pixels ? rows.top : 0,
          3,
        );
      }),
    );
  });

  it("both_ends_of_the_rail_are_both_ends_of_the_rows", () => {
    const rows = { top: 500, height: 400, all: 4_000 };
    expect(topForMiddle(40, 0, rows)).toBe(0);
    expect(topForMiddle(40, 40, rows)).toBe(3_600);
  });

  it("keys_move_by_a_row_and_by_a_screen_and_stop_at_the_ends", () => {
    const rows = { top: 100, height: 400, all: 1_000 };
    expect(topAfterKey("ArrowDown", 48, rows)).toBe(148);
    expect(topAfterKey("ArrowUp", 148, rows)).toBe(0);
    expect(topAfterKey("PageDown", 48, rows)).toBe(500);
    expect(topAfterKey("End", 48, rows)).toBe(600);
    expect(topAfterKey("a", 48, rows)).toBeNull();
  });
});
