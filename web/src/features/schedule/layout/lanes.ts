/** Bars that overlap in time stand in different lanes of their row; the fewest lanes that do. */

export interface Interval {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

export interface Lanes {
  /** Lane of each interval, by its index in the input. */
  readonly lane: Uint8Array;
  readonly count: number;
}

const MAX_LANES = 255;

/**
 * First fit over intervals **sorted by `from`** (ties as they come): each takes the lowest lane that is free, which
 * needs exactly as many lanes as intervals overlap at the busiest day. Beyond 255 lanes, bars share the last one.
 */
export function packLanes(sorted: readonly Interval[]): Lanes {
  const lane = new Uint8Array(sorted.length);
  const lastDay: number[] = [];
  sorted.forEach((interval, at) => {
    let free = 0;
    while (free < lastDay.length && (lastDay[free] as number) >= interval.from) free += 1;
    free = Math.min(free, MAX_LANES - 1);
    lastDay[free] = Math.max(interval.to, lastDay[free] ?? interval.to);
    lane[at] = free;
  });
  return { lane, count: lastDay.length };
}

/** Sort order of bars in a row: by start, the longer first, then by id so that lanes never jump between loads. */
export function byStart(a: Interval & { id: string }, b: Interval & { id: string }): number {
  return a.from - b.from || b.to - a.to || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
