import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar } from "../model";
import { scaleAround, xOfDay } from "../time/scale";
import { GEOMETRY, hitRow, laneAt, laneTop, rowHeight } from "./geometry";
import { packLanes } from "./lanes";
import { rowOffsets } from "./offsets";
import { sameWindow, visibleWindow } from "./viewport";

const intervals = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.nat(40)), { maxLength: 60 })
  .map((pairs) =>
    pairs.map(([from, length]) => ({ from, to: from + length })).sort((a, b) => a.from - b.from),
  );

function bar(id: string, from: number, to: number): Bar {
  return {
    id,
    from,
    to,
    version: 1,
    personId: "p",
    projectId: "x",
    phaseId: null,
    roleId: null,
    tentative: false,
    effort: { form: "hours-per-day", minutesPerDay: 480 },
    note: null,
    pending: false,
    flexible: false,
  };
}

describe("lanes", () => {
  it("overlapping_bars_never_share_a_lane", () => {
    fc.assert(
      fc.property(intervals, (bars) => {
        const { lane } = packLanes(bars);
        for (const [i, a] of bars.entries()) {
          for (const [j, b] of bars.entries()) {
            if (i < j && lane[i] === lane[j]) expect(a.to < b.from || b.to < a.from).toBe(true);
          }
        }
      }),
    );
  });

  it("no_more_lanes_are_used_than_the_busiest_day_needs", () => {
    fc.assert(
      fc.property(intervals, (bars) => {
        let busiest = 0;
        for (const { from } of bars) {
          busiest = Math.max(busiest, bars.filter((one) => one.from <= from && from <= one.to).length);
        }
        expect(packLanes(bars).count).toBe(busiest);
      }),
    );
  });
});

describe("row offsets", () => {
  it("the_row_at_a_pixel_contains_it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 80 }),
        fc.nat(9000),
        (heights, y) => {
          const rows = rowOffsets(heights);
          const row = rows.rowAt(y);
          if (y < rows.height) {
            expect(rows.top(row)).toBeLessThanOrEqual(y);
            expect(rows.top(row + 1)).toBeGreaterThan(y);
          } else expect(row).toBe(heights.length - 1);
        },
      ),
    );
  });

  it("no_rows_have_no_row", () => {
    expect(rowOffsets([]).rowAt(10)).toBe(-1);
    expect(rowOffsets([]).height).toBe(0);
  });
});

describe("visible window", () => {
  const scale = scaleAround("week", 20_000, 1);
  const rows = rowOffsets(Array.from({ length: 500 }, (_, at) => 40 + (at % 3) * 20));

  it("everything_on_screen_is_inside", () => {
    fc.assert(
      fc.property(fc.nat(30_000), fc.nat(20_000), (scrollX, scrollY) => {
        const window = visibleWindow({ scrollX, scrollY, width: 1200, height: 800 }, rows, scale);
        expect(xOfDay(scale, window.from)).toBeLessThanOrEqual(scrollX);
        expect(window.firstRow).toBeLessThanOrEqual(rows.rowAt(scrollY));
        expect(window.lastRow).toBeGreaterThanOrEqual(rows.rowAt(scrollY + 799));
        const lastX = Math.min(scrollX + 1200, scale.days * scale.pxPerDay);
        expect(xOfDay(scale, window.to + 1)).toBeGreaterThanOrEqual(lastX);
      }),
    );
  });

  it("a_small_scroll_inside_a_chunk_changes_nothing", () => {
    const at = (scrollX: number) =>
      visibleWindow({ scrollX, scrollY: 0, width: 900, height: 600 }, rows, scale);
    expect(sameWindow(at(330), at(370))).toBe(true);
    expect(sameWindow(at(330), at(3300))).toBe(false);
  });
});

describe("hit testing", () => {
  const scale = scaleAround("week", 20_000, 1);
  const row = { bars: [bar("a", 20_000, 20_004), bar("b", 20_002, 20_009)], lane: new Uint8Array([0, 1]) };
  const x = (day: number, within: number) => xOfDay(scale, day) + within;

  it("the_bar_under_the_pointer_is_found_by_lane_and_day", () => {
    expect(hitRow(row, scale, x(20_002, 10), laneTop(0) + 3).bar?.id).toBe("a");
    expect(hitRow(row, scale, x(20_002, 20), laneTop(1) + 3).bar?.id).toBe("b");
    expect(hitRow(row, scale, x(20_006, 20), laneTop(0) + 3).bar).toBeNull();
    expect(hitRow(row, scale, x(20_002, 20), laneTop(0) + GEOMETRY.laneHeight + 1).bar).toBeNull();
  });

  it("the_edges_resize_and_the_middle_moves", () => {
    expect(hitRow(row, scale, x(20_000, 2), laneTop(0) + 3).zone).toBe("start");
    expect(hitRow(row, scale, x(20_004, 34), laneTop(0) + 3).zone).toBe("end");
    expect(hitRow(row, scale, x(20_002, 10), laneTop(0) + 3).zone).toBe("body");
  });

  it("a_lane_is_where_it_is_painted", () => {
    for (let lane = 0; lane < 9; lane += 1) {
      expect(laneAt(laneTop(lane))).toBe(lane);
      expect(laneTop(lane) + GEOMETRY.laneHeight).toBeLessThanOrEqual(rowHeight(lane + 1));
    }
    expect(laneAt(3)).toBe(-1);
  });
});
