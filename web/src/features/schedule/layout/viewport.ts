/** Which rows and days must be in the DOM for a scroll position. Both are cut coarsely, so that most scroll events
 * change nothing. */
import type { Day } from "../model";
import type { TimeScale } from "../time/scale";
import { dayAtX } from "../time/scale";
import type { RowOffsets } from "./offsets";

export interface Viewport {
  readonly scrollX: number;
  readonly scrollY: number;
  /** Of the time area, without the name column and the header. */
  readonly width: number;
  readonly height: number;
}

export interface VisibleWindow {
  /** Inclusive; −1 and −2 when there are no rows. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly from: Day;
  readonly to: Day;
}

const OVERSCAN_PX_ROWS = 96;
/** Bars are painted in steps of this many pixels of time. */
const CHUNK_PX = 320;

export function visibleWindow(view: Viewport, rows: RowOffsets, scale: TimeScale): VisibleWindow {
  const firstChunk = Math.floor(view.scrollX / CHUNK_PX) - 1;
  const lastChunk = Math.floor((view.scrollX + view.width) / CHUNK_PX) + 1;
  const lastDay = scale.origin + scale.days - 1;
  return {
    firstRow: rows.rowAt(view.scrollY - OVERSCAN_PX_ROWS),
    lastRow: rows.count === 0 ? -2 : rows.rowAt(view.scrollY + view.height + OVERSCAN_PX_ROWS),
    from: Math.max(scale.origin, dayAtX(scale, firstChunk * CHUNK_PX)),
    to: Math.min(lastDay, dayAtX(scale, (lastChunk + 1) * CHUNK_PX)),
  };
}

export function sameWindow(a: VisibleWindow, b: VisibleWindow): boolean {
  return a.firstRow === b.firstRow && a.lastRow === b.lastRow && a.from === b.from && a.to === b.to;
}
