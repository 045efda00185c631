// The frame that selects: exactly the bars that it touches, whichever way it was drawn.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar } from "../model";
import { scaleAround, xOfDay } from "../time/scale";
import { GEOMETRY, laneTop, rowHeight } from "./geometry";
import { byStart, packLanes } from "./lanes";
import { barsInFrame, rectOf } from "./marquee";
import { rowOffsets } from "./offsets";

const scale = scaleAround("week", 20_416, 1);
const rowsOf = (all: [number, number][][]) =>
  all.map((ranges, at) => {
    const bars = ranges
      .map(([from, length], index) => bar(`r${at}b${index}`, from, from + length))
      .sort(byStart);
    const packed = packLanes(bars);
    return { bars, lane: packed.lane, height: rowHeight(packed.count) };
  });

function bar(id: string, from: number, to: number): Bar {
  return {
    id,
    from: scale.origin + from,
    to: scale.origin + to,
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

const plan = fc.array(fc.array(fc.tuple(fc.nat(60), fc.nat(20)), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 6,
});
const corner = fc.record({ x: fc.nat(3_000), y: fc.nat(600) });

describe("marquee", () => {
  it("drawn_either_way_it_selects_the_same", () => {
    fc.assert(
      fc.property(plan, corner, corner, (all, a, b) => {
        const rows = rowsOf(all);
        const offsets = rowOffsets(rows.map((row) => row.height));
        expect(barsInFrame(rows, offsets, scale, rectOf(a, b))).toEqual(
          barsInFrame(rows, offsets, scale, rectOf(b, a)),
        );
      }),
    );
  });

  it("a_frame_inside_a_bar_selects_that_bar_alone", () => {
    fc.assert(
      fc.property(plan, fc.nat(), fc.nat(), (all, someRow, someBar) => {
        const rows = rowsOf(all);
        const at = someRow % rows.length;
        const row = rows[at];
        fc.pre(row !== undefined && row.bars.length > 0);
        const index = someBar % row.bars.length;
        const one = row.bars[index] as Bar;
        const offsets = rowOffsets(rows.map((each) => each.height));
        const x = xOfDay(scale, one.from) + 4;
        const y = offsets.top(at) + laneTop(row.lane[index] as number) + 4;
        const frame = { left: x, top: y, width: 6, height: GEOMETRY.laneHeight - 8 };
        expect(barsInFrame(rows, offsets, scale, frame).map((each) => each.id)).toEqual([one.id]);
      }),
    );
  });

  it("a_frame_around_everything_selects_everything", () => {
    fc.assert(
      fc.property(plan, (all) => {
        const rows = rowsOf(all);
        const offsets = rowOffsets(rows.map((row) => row.height));
        const frame = { left: -1, top: -1, width: 1e6, height: 1e6 };
        expect(barsInFrame(rows, offsets, scale, frame)).toHaveLength(rows.flatMap((row) => row.bars).length);
      }),
    );
  });
});
