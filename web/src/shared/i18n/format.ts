// Numbers, dates, durations and money in the active language. Inputs are the API's: minutes, minor units, ISO days.
import { useLingui } from "@lingui/react";
import { useMemo } from "react";
import type { Money } from "@/api/types";
import { formatLocale } from "./index";
import { parseNumber } from "./parse";

export const MINUTES_PER_HOUR = 60;
/** From here on a tenth of an hour says nothing. */
const WHOLE_HOURS_FROM = 100;

/** An ISO day as a Date at midnight UTC; format it in UTC only. */
export const dayToDate = (day: string) => new Date(`${day}T00:00:00Z`);

const currencyDigits = (locale: string, currency: string) =>
  new Intl.NumberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

function create(locale: string) {
  const number = new Intl.NumberFormat(locale);
  const hours = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const list = new Intl.ListFormat(locale, { style: "short", type: "unit" });
  return {
    number: (value: number) => number.format(value),
    /** 450 minutes: "7.5 h". */
    hours: (minutes: number) => {
      const value = minutes / MINUTES_PER_HOUR;
      return `${Math.abs(value) >= WHOLE_HOURS_FROM ? number.format(Math.round(value)) : hours.format(value)} h`;
    },
    percent: (basisPoints: number | null | undefined) =>
      basisPoints === null || basisPoints === undefined ? "–" : percent.format(basisPoints / 10_000),
    day: (iso: string | null | undefined) => (iso ? day.format(dayToDate(iso)) : "–"),
    shortDay: (iso: string) => shortDay.format(dayToDate(iso)),
    range: (from: string, to: string | null | undefined) =>
      to ? shortDay.formatRange(dayToDate(from), dayToDate(to)) : `${shortDay.format(dayToDate(from))} –`,
    instant: (iso: string) => instant.format(new Date(iso)),
    /** 1 = Monday … 7 = Sunday. */
    weekday: (isoWeekday: number) => weekday.format(new Date(Date.UTC(2024, 0, isoWeekday))),
    money: (money: Money) =>
      new Intl.NumberFormat(locale, { style: "currency", currency: money.currency }).format(
        money.amountMinor / 10 ** currencyDigits(locale, money.currency),
      ),
    list: (parts: string[]) => list.format(parts),
    /** "12.5" in major units to minor units; null when it is no number. See `parseNumber`. */
    parseMoney: (text: string, currency: string): Money | null => {
      const digits = currencyDigits(locale, currency);
      // Where a unit has thousandths, three digits after a sign are those.
      const value = parseNumber(text, digits < 3);
      return value === null ? null : { amountMinor: Math.round(value * 10 ** digits), currency };
    },
    majorUnits: (money: Money) => money.amountMinor / 10 ** currencyDigits(locale, money.currency),
  };
}

export type Format = ReturnType<typeof create>;

export function useFormat(): Format {
  const { i18n } = useLingui();
  return useMemo(() => (i18n.locale ? create(formatLocale()) : create("en")), [i18n.locale]);
}

export const createFormat = create;
