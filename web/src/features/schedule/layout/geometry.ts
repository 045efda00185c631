/** Heights inside a row and what stands at a point of it. One place, so that painting and hit testing agree. */
import { type Bar, type Day, OPEN_END } from "../model";
import { dayAtX, spanOf, type TimeScale } from "../time/scale";

export const GEOMETRY = {
  groupHeight: 34,
  stripHeight: 12,
  paddingTop: 5,
  laneHeight: 24,
  laneGap: 3,
  paddingBottom: 5,
  /** Two lines of text beside the bars. */
  minRowHeight: 52,
  handleWidth: 8,
  nameWidth: 232,
  nameWidthNarrow: 132,
  headerHeight: 52,
} as const;

export function rowHeight(lanes: number): number {
  const { stripHeight, paddingTop, laneHeight, laneGap, paddingBottom, minRowHeight } = GEOMETRY;
  const bars = Math.max(lanes, 1) * (laneHeight + laneGap) - laneGap;
  return Math.max(minRowHeight, stripHeight + paddingTop + bars + paddingBottom);
}

/** Top edge of a lane, from the top of its row. */
export function laneTop(lane: number): number {
  return GEOMETRY.stripHeight + GEOMETRY.paddingTop + lane * (GEOMETRY.laneHeight + GEOMETRY.laneGap);
}

/** −1 above the lanes (the load strip). */
export function laneAt(yInRow: number): number {
  const y = yInRow - GEOMETRY.stripHeight - GEOMETRY.paddingTop;
  return y < 0 ? -1 : Math.floor(y / (GEOMETRY.laneHeight + GEOMETRY.laneGap));
}

export type Zone = "body" | "start" | "end";

export interface Hit {
  readonly day: Day;
  readonly lane: number;
  readonly bar: Bar | null;
  readonly zone: Zone;
}

export interface LaidOut {
  readonly bars: readonly Bar[];
  readonly lane: Uint8Array;
}

/** What stands at a point: x from the start of the domain, y from the top of the row. */
export function hitRow(row: LaidOut, scale: TimeScale, x: number, yInRow: number): Hit {
  const day = dayAtX(scale, x);
  const lane = laneAt(yInRow);
  const inGap = yInRow - laneTop(lane) >= GEOMETRY.laneHeight;
  const at = inGap
    ? -1
    : row.bars.findIndex((bar, index) => row.lane[index] === lane && bar.from <= day && day <= bar.to);
  const bar = at < 0 ? null : (row.bars[at] ?? null);
  return { day, lane, bar, zone: bar ? zoneOf(bar, scale, x) : "body" };
}

/** The outer pixels of a bar resize it; a narrow bar keeps at least half of itself for moving. */
export function zoneOf(bar: Bar, scale: TimeScale, x: number): Zone {
  const span = spanOf(scale, bar.from, bar.to);
  const handle = Math.min(GEOMETRY.handleWidth, span.width / 4);
  if (bar.from >= scale.origin && x - span.x < handle) return "start";
  if (bar.to !== OPEN_END && !bar.flexible && span.x + span.width - x <= handle) return "end";
  return "body";
}
