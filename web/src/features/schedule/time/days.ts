/** Calendar dates as whole day numbers: no time zones, no clock, no Date in layout code. Proleptic Gregorian. */
import type { Day } from "../model";

const MS_PER_DAY = 86_400_000;

/** ISO weekday: 1 = Monday … 7 = Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `2026-11-21` → day number; NaN when it is no date. */
export function parseDay(iso: string): Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return Number.NaN;
  const day = Date.parse(`${iso}T00:00:00Z`) / MS_PER_DAY;
  return formatDay(day) === iso ? day : Number.NaN;
}

export function formatDay(day: Day): string {
  const date = new Date(day * MS_PER_DAY);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** For Intl formatters, which must be told `timeZone: "UTC"`. */
export function utcDate(day: Day): Date {
  return new Date(day * MS_PER_DAY);
}

/** The date on the wall of `timeZone` at `instant`. */
export function dayIn(timeZone: string, instant: Date): Day {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(instant);
  return parseDay(parts);
}

export function weekdayOf(day: Day): Weekday {
  return (mod(day + 3, 7) + 1) as Weekday;
}

export function isWeekend(day: Day): boolean {
  return weekdayOf(day) >= 6;
}

/**
 * So many working days from a day on, given the minutes of each weekday from Monday. Where nobody works at all, each day
 * counts.
 */
export function workingStretch(day: Day, count: number, week: readonly number[]): { from: Day; to: Day } {
  const never = week.every((minutes) => minutes === 0);
  const works = (one: Day) => never || (week[weekdayOf(one) - 1] ?? 0) > 0;
  let from = day;
  while (!works(from)) from += 1;
  let to = from;
  for (let left = count - 1; left > 0; ) {
    to += 1;
    if (works(to)) left -= 1;
  }
  return { from, to };
}

export function startOfWeek(day: Day, firstDayOfWeek: Weekday): Day {
  return day - mod(weekdayOf(day) - firstDayOfWeek, 7);
}

/** Week number of ISO 8601: the week with the year's first Thursday is week 1. */
export function isoWeek(day: Day): { year: number; week: number } {
  const thursday = startOfWeek(day, 1) + 3;
  const year = yearOf(thursday);
  return { year, week: Math.floor((thursday - dayOf(year, 1, 1)) / 7) + 1 };
}

/** `month` is 1…12 and may overflow either way. */
export function dayOf(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / MS_PER_DAY;
}

export function yearOf(day: Day): number {
  return utcDate(day).getUTCFullYear();
}

/** 1…12. */
export function monthOf(day: Day): number {
  return utcDate(day).getUTCMonth() + 1;
}

export function dayOfMonth(day: Day): number {
  return utcDate(day).getUTCDate();
}

export function startOfMonth(day: Day): Day {
  return dayOf(yearOf(day), monthOf(day), 1);
}

export function startOfQuarter(day: Day): Day {
  return dayOf(yearOf(day), monthOf(day) - ((monthOf(day) - 1) % 3), 1);
}

/** Months are added to the month's first day. */
export function addMonths(firstOfMonth: Day, months: number): Day {
  return dayOf(yearOf(firstOfMonth), monthOf(firstOfMonth) + months, 1);
}

/** Monday to Friday in a range, both ends inclusive. */
export function countWeekdays(from: Day, to: Day): number {
  if (to < from) return 0;
  return weekdaysUpTo(to) - weekdaysUpTo(from - 1);
}

function weekdaysUpTo(day: Day): number {
  const sinceMonday = day + 4;
  return Math.floor(sinceMonday / 7) * 5 + Math.min(mod(sinceMonday, 7), 5);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
