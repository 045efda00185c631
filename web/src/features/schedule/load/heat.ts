/** The load strip above a row's bars: how full each bucket is. Levels differ in height and in shape as well as in
 * colour. */
import type { Load } from "../model";

export const LEVELS = ["unknown", "off", "free", "light", "busy", "full", "over"] as const;
export type Level = (typeof LEVELS)[number];

/** A row of equal neighbours, to be painted as one. */
export interface Run {
  readonly level: Level;
  /** Index of the first and last bucket. */
  readonly first: number;
  readonly last: number;
}

/** `busyFrom` in basis points, from the workspace's settings. Over is strictly more than capacity (PRODUCT rule 4). */
export function levelOf(capacity: number, load: number, busyFrom: number): Level {
  if (capacity < 0) return "unknown";
  if (load > capacity) return "over";
  if (capacity === 0) return "off";
  if (load === 0) return "free";
  if (load === capacity) return "full";
  return load * 10_000 >= capacity * busyFrom ? "busy" : "light";
}

export interface StripOptions {
  readonly busyFrom: number;
  readonly withTentative: boolean;
}

export function levelAt(load: Load, bucket: number, options: StripOptions): Level {
  return levelOf(load.capacity[bucket] ?? -1, loadAt(load, bucket, options.withTentative), options.busyFrom);
}

export function loadAt(load: Load, bucket: number, withTentative: boolean): number {
  return (load.confirmed[bucket] ?? 0) + (withTentative ? (load.tentative[bucket] ?? 0) : 0);
}

/** Runs of equal level over buckets `first`…`last`, both inclusive. */
export function stripRuns(load: Load, first: number, last: number, options: StripOptions): Run[] {
  const runs: { level: Level; first: number; last: number }[] = [];
  for (let bucket = first; bucket <= last; bucket += 1) {
    const level = levelAt(load, bucket, options);
    const open = runs.at(-1);
    if (open?.level === level) open.last = bucket;
    else runs.push({ level, first: bucket, last: bucket });
  }
  return runs;
}

/** First bucket that ends on or after `day`; the number of buckets when all end before. */
export function bucketAt(bucketTo: ArrayLike<number>, day: number): number {
  let low = 0;
  let high = bucketTo.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bucketTo[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
