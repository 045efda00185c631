/** The load strip and the shading of days off as SVG path data: one path a level, whatever the number of days. */
import { bucketAt, type Level, loadAt, type StripOptions, stripRuns } from "../load/heat";
import { type Away, type Buckets, type Day, type Load, MARK, type Milestone } from "../model";
import { spanOf, type TimeScale, xOfDay } from "../time/scale";

export const STRIP_HEIGHT = 8;
const STRIP_TOP = 2;
/** A strip cell's height grows with its load, so that levels differ in shape too. */
const LEVEL_HEIGHT: Record<Level, number> = {
  unknown: 2,
  off: 0,
  free: 2,
  light: 4,
  busy: 6,
  full: 7,
  over: 8,
};

export interface Box {
  readonly from: Day;
  readonly to: Day;
  /** Where x = 0 of the SVG stands. */
  readonly left: number;
}

export function levelPaths(
  load: Load,
  buckets: Buckets,
  scale: TimeScale,
  box: Box,
  options: StripOptions,
): Map<Level, string> {
  const paths = new Map<Level, string>();
  const first = bucketAt(buckets.to, box.from);
  const last = Math.min(bucketAt(buckets.to, box.to), buckets.to.length - 1);
  if (first > last) return paths;
  const gap = scale.pxPerDay >= 12 ? 1 : 0.5;
  for (const run of stripRuns(load, first, last, options)) {
    const height = LEVEL_HEIGHT[run.level];
    if (height === 0) continue;
    let path = paths.get(run.level) ?? "";
    for (let bucket = run.first; bucket <= run.last; bucket += 1) {
      const x = xOfDay(scale, buckets.from[bucket] as Day) - box.left;
      const width = xOfDay(scale, (buckets.to[bucket] as Day) + 1) - box.left - x - gap;
      path += `M${x} ${STRIP_TOP + STRIP_HEIGHT - height}h${width}v${height}h${-width}z`;
    }
    paths.set(run.level, path);
  }
  return paths;
}

/** A small arrow above every overbooked bucket: seen without any colour. */
export function overMarks(
  load: Load,
  buckets: Buckets,
  scale: TimeScale,
  box: Box,
  options: StripOptions,
): string {
  let path = "";
  const last = Math.min(bucketAt(buckets.to, box.to), buckets.to.length - 1);
  for (let bucket = bucketAt(buckets.to, box.from); bucket <= last; bucket += 1) {
    const capacity = load.capacity[bucket] as number;
    const marked = ((load.marks[bucket] as number) & MARK.over) !== 0;
    if (!marked && (capacity < 0 || loadAt(load, bucket, options.withTentative) <= capacity)) continue;
    const middle =
      (xOfDay(scale, buckets.from[bucket] as Day) + xOfDay(scale, (buckets.to[bucket] as Day) + 1)) / 2 -
      box.left;
    path += `M${middle - 4} 11.5l4 -5 4 5z`;
  }
  return path;
}

export function awayPaths(
  away: readonly Away[],
  scale: TimeScale,
  box: Box,
  height: number,
): { sure: string; pending: string } {
  const paths = { sure: "", pending: "" };
  for (const one of away) {
    if (one.to < box.from || one.from > box.to) continue;
    const { x, width } = spanOf(scale, Math.max(one.from, box.from), Math.min(one.to, box.to));
    const top = one.minutesPerDay === null ? 0 : Math.round(height * 0.6);
    paths[one.pending ? "pending" : "sure"] += `M${x - box.left} ${top}h${width}v${height - top}h${-width}z`;
  }
  return paths;
}

/** Days of holiday; known where the loads come by day. */
export function holidayPath(
  load: Load,
  buckets: Buckets,
  scale: TimeScale,
  box: Box,
  height: number,
): string {
  let path = "";
  const last = Math.min(bucketAt(buckets.to, box.to), buckets.to.length - 1);
  for (let bucket = bucketAt(buckets.to, box.from); bucket <= last; bucket += 1) {
    const from = buckets.from[bucket] as Day;
    if (buckets.to[bucket] !== from || ((load.marks[bucket] as number) & MARK.holiday) === 0) continue;
    path += `M${xOfDay(scale, from) - box.left} 0h${scale.pxPerDay}v${height}h${-scale.pxPerDay}z`;
  }
  return path;
}

export function milestonePath(milestones: readonly Milestone[], scale: TimeScale, box: Box): string {
  let path = "";
  for (const { on } of milestones) {
    if (on < box.from || on > box.to) continue;
    path += `M${xOfDay(scale, on) + scale.pxPerDay / 2 - box.left} 1l5 5 -5 5 -5 -5z`;
  }
  return path;
}
