// The days of a month, and who is away on which of them.
import type { Holiday, Id, TimeOff } from "@/api/types";
import { addDays, addMonths, startOfMonth } from "@/shared/days";
import { dayToDate } from "@/shared/i18n/format";

/** Every day of the month that holds a day. */
export function daysOfMonth(day: string): string[] {
  const first = startOfMonth(day);
  const end = addMonths(first, 1);
  const days: string[] = [];
  for (let at = first; at < end; at = addDays(at, 1)) days.push(at);
  return days;
}

/** 6 and 7 of 1 = Monday … 7 = Sunday. */
export const isWeekend = (day: string) => [0, 6].includes(dayToDate(day).getUTCDay());

/** By person, then by day; of two on one day the approved one stands. Rejected ones are left out. */
export function awayByDay(items: readonly TimeOff[], days: readonly string[]): Map<Id, Map<string, TimeOff>> {
  const people = new Map<Id, Map<string, TimeOff>>();
  for (const item of items) {
    if (item.status === "rejected") continue;
    for (const day of days) {
      if (day < item.startsOn || day > (item.endsOn ?? item.startsOn)) continue;
      const away = people.get(item.personId) ?? new Map<string, TimeOff>();
      if (away.get(day)?.status !== "approved") away.set(day, item);
      people.set(item.personId, away);
    }
  }
  return people;
}

/** The public holidays of a region, by day; those that are switched off are none. */
export const holidaysOf = (holidays: readonly Holiday[], region: string | null | undefined) =>
  new Map(
    holidays
      .filter((one) => one.region === region && one.observance !== "none")
      .map((one) => [one.on, one.name]),
  );

/** For each of the kinds that are there the shortest beginning of its name that no other of them has. */
export function marksOf<K extends string>(kinds: Iterable<K>, names: Record<K, string>): Map<K, string> {
  const all = [...new Set(kinds)];
  const begin = (kind: K, length: number) => [...names[kind]].slice(0, length).join("");
  return new Map(
    all.map((kind) => {
      let length = 1;
      while (
        length < names[kind].length &&
        all.some((other) => other !== kind && begin(other, length) === begin(kind, length))
      )
        length += 1;
      return [kind, begin(kind, length)];
    }),
  );
}
