// Which entry of a dated history counts on a day: the one with the latest `validFrom` that is not after it.
import type { Calendar, Id, WorkingTime } from "@/api/types";
import { today } from "@/shared/days";

export function inForce<T extends { validFrom: string }>(
  entries: readonly T[],
  day = today(),
): T | undefined {
  let found: T | undefined;
  for (const entry of entries) {
    if (entry.validFrom <= day && (!found || entry.validFrom > found.validFrom)) found = entry;
  }
  return found;
}

/** Minutes of a mean week; null when they are not known (no schedule, or a calendar that isn't there). */
export function weeklyMinutes(
  workingTime: WorkingTime | undefined,
  calendars: ReadonlyMap<Id, Calendar>,
): number | null {
  if (!workingTime) return null;
  const weeks =
    workingTime.source === "weeks" ? workingTime.weeks : calendars.get(workingTime.calendarId)?.weeks;
  if (!weeks || weeks.length === 0) return null;
  return Math.round(weeks.flat().reduce((sum, day) => sum + day, 0) / weeks.length);
}
