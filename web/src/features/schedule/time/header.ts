/** The two lines of the time header: which cells stand in a window and what they say, in the reader's language. */
import type { Day } from "../model";
import {
  addMonths,
  dayOfMonth,
  isoWeek,
  isWeekend,
  monthOf,
  startOfMonth,
  startOfQuarter,
  startOfWeek,
  utcDate,
  type Weekday,
  yearOf,
} from "./days";
import type { Zoom } from "./scale";

export interface HeaderCell {
  readonly from: Day;
  /** Exclusive. */
  readonly until: Day;
  readonly label: string;
  readonly detail: string;
  readonly weekend: boolean;
}

export interface HeaderNames {
  /** The language's short word before a week's number: `W`, `S`. */
  readonly week: string;
  readonly quarter: string;
}

type Unit = "day" | "week" | "month" | "quarter";

const LINES: Record<Zoom, readonly [Unit, Unit]> = {
  day: ["week", "day"],
  week: ["month", "day"],
  month: ["month", "week"],
  quarter: ["quarter", "month"],
};

export interface HeaderWriter {
  /** Cells of the upper and lower line that touch the window; both ends inclusive. */
  cells(zoom: Zoom, from: Day, to: Day): { upper: HeaderCell[]; lower: HeaderCell[] };
}

/** Formatters are made once: an Intl constructor costs more than a frame. */
export function headerWriter(locale: string, firstDayOfWeek: Weekday, names: HeaderNames): HeaderWriter {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
    return (day: Day) => formatter.format(utcDate(day));
  };
  const monthYear = format({ month: "long", year: "numeric" });
  const monthShort = format({ month: "short" });
  const dayMonth = format({ day: "numeric", month: "short" });
  const weekdayShort = format({ weekday: "short" });
  const weekdayNarrow = format({ weekday: "narrow" });
  const remembered = new Map<string, HeaderCell>();

  const startOf: Record<Unit, (day: Day) => Day> = {
    day: (day) => day,
    week: (day) => startOfWeek(day, firstDayOfWeek),
    month: startOfMonth,
    quarter: startOfQuarter,
  };
  const nextOf: Record<Unit, (start: Day) => Day> = {
    day: (start) => start + 1,
    week: (start) => start + 7,
    month: (start) => addMonths(start, 1),
    quarter: (start) => addMonths(start, 3),
  };
  const weekName = (start: Day) => `${names.week}${isoWeek(start + 3).week}`;

  function write(zoom: Zoom, unit: Unit, from: Day): HeaderCell {
    const until = nextOf[unit](from);
    const cell = { from, until, weekend: unit === "day" && isWeekend(from) };
    switch (unit) {
      case "day":
        return zoom === "day"
          ? { ...cell, label: `${weekdayShort(from)} ${dayOfMonth(from)}`, detail: "" }
          : { ...cell, label: String(dayOfMonth(from)), detail: weekdayNarrow(from) };
      case "week":
        return zoom === "day"
          ? { ...cell, label: `${monthYear(from)}`, detail: weekName(from) }
          : { ...cell, label: dayMonth(from), detail: weekName(from) };
      case "month":
        return zoom === "quarter"
          ? { ...cell, label: monthShort(from), detail: "" }
          : { ...cell, label: monthYear(from), detail: "" };
      case "quarter":
        return { ...cell, label: `${names.quarter}${(monthOf(from) + 2) / 3} ${yearOf(from)}`, detail: "" };
    }
  }

  function line(zoom: Zoom, unit: Unit, from: Day, to: Day): HeaderCell[] {
    const cells: HeaderCell[] = [];
    for (let start = startOf[unit](from); start <= to; start = nextOf[unit](start)) {
      const key = `${zoom}:${unit}:${start}`;
      const cell = remembered.get(key) ?? write(zoom, unit, start);
      remembered.set(key, cell);
      cells.push(cell);
    }
    return cells;
  }

  return {
    cells: (zoom, from, to) => ({
      upper: line(zoom, LINES[zoom][0], from, to),
      lower: line(zoom, LINES[zoom][1], from, to),
    }),
  };
}

/** 1 = Monday … 7 = Sunday as the locale has it; Monday where the engine can't tell. */
export function localeFirstDay(locale: string): Weekday {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  const first = known.getWeekInfo?.().firstDay ?? known.weekInfo?.firstDay ?? 1;
  return (first >= 1 && first <= 7 ? first : 1) as Weekday;
}
