/** The grid's words in the reader's language. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { formatLocale } from "@/shared/i18n";
import { useFormat } from "@/shared/i18n/format";
import type { Directory } from "../data/useDirectory";
import { bucketAt, loadAt } from "../load/heat";
import { type Bar, type Day, OPEN_END } from "../model";
import { utcDate } from "../time/days";
import { type GroupRow, PEOPLE, PLACEHOLDERS, type TrackRow } from "../view/rows";
import { useEffortText } from "../view/useEffortText";
import type { Subject } from "../view/viewState";
import type { Loads, Wording } from "./frame";

const RANGES_MAX = 20_000;

interface Known {
  directory: Directory;
  subject: Subject;
  people: ReadonlyMap<string, { name: string }>;
  loads: Loads | null;
  withTentative: boolean;
}

/** Dates as the grid says them. */
function useDays() {
  const { i18n } = useLingui();
  return useMemo(() => {
    const locale = i18n.locale ? formatLocale() : "en";
    const long = new Intl.DateTimeFormat(locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    });
    const short = new Intl.DateTimeFormat(locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    const ranges = new Map<string, string>();
    const format = (from: Day, to: Day) =>
      to === OPEN_END ? `${short.format(utcDate(from))} –` : short.formatRange(utcDate(from), utcDate(to));
    return {
      long: (day: Day) => long.format(utcDate(day)),
      range: (from: Day, to: Day) => {
        const key = `${from} ${to}`;
        const known = ranges.get(key) ?? format(from, to);
        if (ranges.size < RANGES_MAX) ranges.set(key, known);
        return known;
      },
    };
  }, [i18n.locale]);
}

/** Bars never change, so their words are made once: formatting a message costs more than painting a bar. */
function useBarWords({ directory, subject, people }: Known): Wording["bar"] {
  const { t } = useLingui();
  const effortText = useEffortText();
  const days = useDays();
  return useMemo(() => {
    const said = new WeakMap<Bar, { text: string; label: string }>();
    const projectName = (id: string) => directory.projects.get(id)?.name ?? t`Unknown project`;
    const personName = (id: string) => people.get(id)?.name ?? t`Somebody`;
    return (bar) => {
      const known = said.get(bar);
      if (known) return known;
      const what = projectName(bar.projectId);
      const who = personName(bar.personId);
      const effort = effortText(bar.effort);
      const when = days.range(bar.from, bar.to);
      const label = bar.tentative
        ? t`${what}, ${who}, ${when}, ${effort}, tentative`
        : t`${what}, ${who}, ${when}, ${effort}, confirmed`;
      const words = { text: `${subject === "people" ? what : who} · ${effort}`, label };
      said.set(bar, words);
      return words;
    };
  }, [t, effortText, days, directory, subject, people]);
}

export function useWording(known: Known): Wording {
  const { t } = useLingui();
  const { hours } = useFormat();
  const days = useDays();
  const bar = useBarWords(known);
  const { directory, loads, withTentative } = known;
  return useMemo<Wording>(() => {
    const groupName = (row: GroupRow) => {
      if (row.key === PLACEHOLDERS) return t`Open demand`;
      if (row.key === PEOPLE) return t`People`;
      return row.name ?? t`None`;
    };
    const free = (row: TrackRow, from: Day, to: Day) => {
      const load = loads?.of(row.id);
      if (!load || !loads) return null;
      const sum = { capacity: 0, used: 0, over: 0 };
      const last = Math.min(bucketAt(loads.buckets.to, to), loads.buckets.to.length - 1);
      for (let bucket = bucketAt(loads.buckets.to, from); bucket <= last; bucket += 1) {
        const capacity = load.capacity[bucket] ?? -1;
        if (capacity < 0) return null;
        const used = loadAt(load, bucket, withTentative);
        sum.capacity += capacity;
        sum.used += used;
        sum.over += used > capacity ? 1 : 0;
      }
      return sum;
    };
    return {
      range: days.range,
      choice: (choice) => {
        if (choice === "tentative") return t`Dropped as tentative. T: ask instead`;
        if (choice === "allow") return t`Booked all the same. A: ask instead`;
        return t`T: drop as tentative · A: book anyway`;
      },
      ask: (row) => t`Who could take this? ${row.person?.name ?? ""}`,
      bar,
      track: (row) => {
        if (row.person) {
          const role = directory.roles.get(row.person.roleId ?? "");
          return {
            name: row.person.name,
            detail: role ?? (row.person.kind === "placeholder" ? t`Open demand` : ""),
          };
        }
        return { name: row.project?.name ?? "", detail: row.project?.code ?? "" };
      },
      group: (row) => {
        const name = groupName(row);
        const count = plural(row.count, { one: "# row", other: "# rows" });
        return { name, label: `${name}, ${count}` };
      },
      cell: (row, day) => {
        const name = row.person?.name ?? row.project?.name ?? "";
        const sum = free(row, day, day);
        const when = days.long(day);
        if (!sum) return `${name}, ${when}`;
        const used = hours(sum.used);
        const capacity = hours(sum.capacity);
        return sum.over > 0
          ? t`${name}, ${when}: overbooked, ${used} of ${capacity}`
          : t`${name}, ${when}: ${used} of ${capacity} booked`;
      },
      strip: (row, from, to) => {
        const sum = free(row, from, to);
        const when = days.range(from, to);
        if (!sum) return t`Load ${when}: unknown`;
        const used = hours(sum.used);
        const capacity = hours(sum.capacity);
        const booked = t`Load ${when}: ${used} of ${capacity}`;
        if (sum.over === 0) return booked;
        return `${booked}, ${plural(sum.over, { one: "# time overbooked", other: "# times overbooked" })}`;
      },
    };
  }, [t, hours, days, bar, directory, loads, withTentative]);
}
