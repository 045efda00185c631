// Arithmetic of calendar days as ISO text. No time zone is involved.
import { dayToDate } from "./i18n/format";

const DAY_MS = 86_400_000;
const iso = (date: Date) => date.toISOString().slice(0, 10);

export const addDays = (day: string, days: number) => iso(new Date(dayToDate(day).getTime() + days * DAY_MS));

/** Whole days from one day to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string) =>
  Math.round((dayToDate(to).getTime() - dayToDate(from).getTime()) / DAY_MS);

/** The same day of a later month, or that month's last day. */
export function addMonths(day: string, months: number): string {
  const date = dayToDate(day);
  const target = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(date.getUTCDate(), last));
  return iso(target);
}

/** Today on the wall calendar of a time zone (IANA name), of this device when it is unknown. */
export function today(timeZone?: string): string {
  try {
    return new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    }).format();
  } catch {
    return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" }).format();
  }
}

/** The weekdays, Monday = 1, in the order in which a week that begins on one of them is written. */
export const weekdaysFrom = (firstDayOfWeek: number): number[] =>
  Array.from({ length: 7 }, (_, at) => ((firstDayOfWeek - 1 + at) % 7) + 1);

/** The first day of the week (1 = Monday … 7 = Sunday) that holds a day. */
export function startOfWeek(day: string, firstDayOfWeek: number): string {
  const weekday = dayToDate(day).getUTCDay() || 7;
  return addDays(day, -((weekday - firstDayOfWeek + 7) % 7));
}

export const startOfMonth = (day: string) => `${day.slice(0, 7)}-01`;
