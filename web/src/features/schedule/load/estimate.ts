/**
 * A first opinion on a clash from what is in memory, shown in the frame of the drag. The server's check follows and
 * has the last word; this one knows only the buckets that are loaded and spreads totals evenly over capacity.
 */
import { type Buckets, type Day, type Effort, type Load, OPEN_END } from "../model";
import { countWeekdays } from "../time/days";
import { bucketAt } from "./heat";

export interface Booking {
  readonly from: Day;
  readonly to: Day;
  readonly effort: Effort;
  readonly tentative: boolean;
}

export interface OverBucket {
  readonly from: Day;
  readonly to: Day;
  readonly loadMinutes: number;
  readonly capacityMinutes: number;
}

/** Minutes that a booking puts into each loaded bucket. */
export function minutesByBucket(
  booking: Booking,
  buckets: Buckets,
  capacity: ArrayLike<number>,
): Float64Array {
  const minutes = new Float64Array(buckets.to.length);
  const inRange: { bucket: number; share: number }[] = [];
  for (let bucket = bucketAt(buckets.to, booking.from); bucket < buckets.to.length; bucket += 1) {
    const from = buckets.from[bucket] as number;
    const to = buckets.to[bucket] as number;
    if (from > booking.to) break;
    const days = countWeekdays(from, to) || to - from + 1;
    const covered = countWeekdays(Math.max(from, booking.from), Math.min(to, booking.to));
    if (covered > 0) inRange.push({ bucket, share: covered / days });
  }
  const known = (bucket: number) => Math.max(0, capacity[bucket] ?? 0);
  const total = inRange.reduce((sum, { bucket, share }) => sum + known(bucket) * share, 0);
  for (const { bucket, share } of inRange) {
    const from = buckets.from[bucket] as number;
    const to = buckets.to[bucket] as number;
    const ofBucket = known(bucket) * share;
    const weekdays = countWeekdays(Math.max(from, booking.from), Math.min(to, booking.to));
    minutes[bucket] = spread(booking, { ofBucket, total, weekdays });
  }
  return minutes;
}

interface Piece {
  readonly ofBucket: number;
  readonly total: number;
  readonly weekdays: number;
}

function spread({ effort, from, to }: Booking, { ofBucket, total, weekdays }: Piece): number {
  switch (effort.form) {
    case "hours-per-day":
      return ofBucket > 0 ? effort.minutesPerDay * weekdays : 0;
    case "hours-per-week":
      return ofBucket > 0 ? (effort.minutesPerWeek * weekdays) / 5 : 0;
    case "percent":
      return (ofBucket * effort.basisPoints) / 10_000;
    case "total":
      return total > 0 ? (effort.minutes * ofBucket) / total : 0;
    case "total-until-done":
      return effort.pace.unit === "percent"
        ? (ofBucket * effort.pace.basisPoints) / 10_000
        : effort.pace.minutesPerDay * weekdays;
    case "phased": {
      const all = effort.spans.reduce((sum, span) => sum + span.minutes, 0);
      const days = to === OPEN_END ? 0 : countWeekdays(from, to);
      return days > 0 ? (all * weekdays) / days : 0;
    }
  }
}

/** Buckets in which bookings would make their row overbooked; `without` is what they leave behind in the same row. */
export function overbooked(
  bookings: readonly Booking[],
  without: readonly Booking[],
  buckets: Buckets,
  load: Load,
): OverBucket[] {
  const added = confirmedMinutes(bookings, buckets, load);
  const left = confirmedMinutes(without, buckets, load);
  const over: OverBucket[] = [];
  for (let bucket = 0; bucket < added.length; bucket += 1) {
    const capacityMinutes = load.capacity[bucket] as number;
    const own = Math.round(added[bucket] as number);
    if (own === 0 || capacityMinutes < 0) continue;
    const others = Math.max(0, (load.confirmed[bucket] as number) - Math.round(left[bucket] as number));
    if (others + own > capacityMinutes) {
      over.push({
        from: buckets.from[bucket] as number,
        to: buckets.to[bucket] as number,
        loadMinutes: others + own,
        capacityMinutes,
      });
    }
  }
  return over;
}

function confirmedMinutes(bookings: readonly Booking[], buckets: Buckets, load: Load): Float64Array {
  const sum = new Float64Array(buckets.to.length);
  for (const booking of bookings) {
    if (booking.tentative) continue;
    minutesByBucket(booking, buckets, load.capacity).forEach((minutes, bucket) => {
      sum[bucket] = (sum[bucket] as number) + minutes;
    });
  }
  return sum;
}

/** The loads of a row with a booking put in (+1) or taken out (−1): what is shown until the server answers. */
export function withBooking(load: Load, booking: Booking, buckets: Buckets, sign: 1 | -1): Load {
  const minutes = minutesByBucket(booking, buckets, load.capacity);
  const changed = Int32Array.from(booking.tentative ? load.tentative : load.confirmed);
  for (let bucket = 0; bucket < changed.length; bucket += 1) {
    changed[bucket] = Math.max(0, (changed[bucket] as number) + sign * Math.round(minutes[bucket] as number));
  }
  return booking.tentative ? { ...load, tentative: changed } : { ...load, confirmed: changed };
}
