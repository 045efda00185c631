/** Which bars stand in a frame that is drawn over the grid. Pixels from the start of the domain and the first row's top. */
import type { Bar } from "../model";
import { spanOf, type TimeScale } from "../time/scale";
import { GEOMETRY, type LaidOut, laneTop } from "./geometry";
import type { RowOffsets } from "./offsets";

export interface Corner {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The frame between two corners, whichever way it was drawn. */
export function rectOf(a: Corner, b: Corner): Rect {
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

/** Bars that the frame touches, in display order; a bar that stands in two rows is named once. */
export function barsInFrame(
  rows: readonly (LaidOut | null)[],
  offsets: RowOffsets,
  scale: TimeScale,
  frame: Rect,
): Bar[] {
  const found = new Map<string, Bar>();
  const last = offsets.rowAt(frame.top + frame.height);
  for (let at = Math.max(offsets.rowAt(frame.top), 0); at <= last; at += 1) {
    const row = rows[at];
    if (!row) continue;
    row.bars.forEach((bar, index) => {
      const { x, width } = spanOf(scale, bar.from, bar.to);
      const top = offsets.top(at) + laneTop(row.lane[index] as number);
      const box = { left: x, top, width, height: GEOMETRY.laneHeight };
      if (width > 0 && touches(box, frame)) found.set(bar.id, bar);
    });
  }
  return [...found.values()];
}

function touches(a: Rect, b: Rect): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}
