// The picture of a report: bars over time, or one share after the other where there is no time in it.
import type {
  CandidatesReport,
  CostReport,
  DemandReport,
  HoursReport,
  OccupancyReport,
  OverbookingReport,
  RolesReport,
  UtilisationReport,
} from "@/api/reports";
import type { Bar, Series } from "@/shared/charts/StackedBars";
import { type Format, MINUTES_PER_HOUR } from "@/shared/i18n/format";
import type { ReportName, Words } from "./table";

export interface BarsChart {
  kind: "bars";
  bars: Bar[];
  series: Series[];
  lineLabel?: string;
  scale: number;
  format: (value: number) => string;
}

export interface SharesChart {
  kind: "shares";
  shares: { id: string; label: string; basisPoints: number | null; text: string; over: boolean }[];
}

export type Chart = BarsChart | SharesChart;

/** More are put together as one: nobody tells nine colours apart. */
const SERIES_MAX = 7;
const SHARES_MAX = 20;
const FULL = 10_000;

interface Part {
  id: string;
  label: string;
  /** One a bucket. */
  values: number[];
}

/** Parts over buckets as stacks; the smallest parts become "other". */
function stacks(
  buckets: readonly { from: string }[],
  parts: readonly Part[],
  words: Words,
  format: Format,
): Pick<BarsChart, "bars" | "series"> {
  const sum = (part: Part) => part.values.reduce((total, value) => total + value, 0);
  const largest = [...parts].sort((a, b) => sum(b) - sum(a));
  const shown = largest.slice(0, SERIES_MAX);
  const rest = largest.slice(SERIES_MAX);
  if (rest.length > 0) {
    const values = buckets.map((_, at) => rest.reduce((total, part) => total + (part.values[at] ?? 0), 0));
    shown.push({ id: "other", label: words.other, values });
  }
  return {
    series: shown.map(({ id, label }, index) => ({ id, label, color: `var(--series-${index + 1})` })),
    bars: buckets.map((bucket, at) => ({
      id: bucket.from,
      label: format.shortDay(bucket.from),
      values: Object.fromEntries(shown.map((part) => [part.id, part.values[at] ?? 0])),
    })),
  };
}

function hours(report: HoursReport, words: Words, format: Format): Chart {
  return {
    kind: "bars",
    scale: MINUTES_PER_HOUR,
    format: format.hours,
    lineLabel: words.capacity,
    series: [
      { id: "confirmed", label: words.confirmed, color: "var(--series-1)" },
      { id: "tentative", label: words.tentative, color: "var(--series-2)", hatched: true },
    ],
    bars: report.rows.map((row) => ({
      id: row.from,
      label: format.shortDay(row.from),
      values: { confirmed: row.confirmedMinutes, tentative: row.tentativeMinutes },
      line: row.capacityMinutes,
    })),
  };
}

function utilisation(report: UtilisationReport, words: Words, format: Format): Chart {
  return {
    kind: "bars",
    scale: MINUTES_PER_HOUR,
    format: format.hours,
    lineLabel: words.capacity,
    series: [{ id: "used", label: words.planned, color: "var(--series-1)" }],
    bars: report.buckets.map((bucket, at) => ({
      id: bucket.from,
      label: format.shortDay(bucket.from),
      values: { used: report.total.shares[at]?.minutes ?? 0 },
      line: report.total.shares[at]?.ofMinutes ?? 0,
    })),
  };
}

function availability(report: OccupancyReport, words: Words, format: Format): Chart {
  const kinds = [
    ["busy", "busy", "var(--series-1)"],
    ["partlyIdle", "partly-idle", "var(--series-6)"],
    ["idle", "idle", "var(--series-3)"],
    ["unavailable", "unavailable", "var(--series-8)"],
    ["unknown", "unknown", "var(--series-7)"],
  ] as const;
  return {
    kind: "bars",
    scale: 1,
    format: format.number,
    series: kinds
      .filter(([field]) => report.rows.some((row) => row[field] > 0))
      .map(([id, word, color]) => ({ id, label: words.occupancy[word] ?? word, color })),
    bars: report.rows.map((row) => ({
      id: row.from,
      label: format.shortDay(row.from),
      values: Object.fromEntries(kinds.map(([field]) => [field, row[field]])),
    })),
  };
}

function roles(report: RolesReport, idleness: boolean, words: Words, format: Format): Chart {
  if (idleness) {
    return {
      kind: "shares",
      shares: report.rows.slice(0, SHARES_MAX).map((row) => ({
        id: row.roleId ?? "none",
        label: row.name || words.none,
        basisPoints: row.total.idleness.basisPoints ?? null,
        text: `${format.percent(row.total.idleness.basisPoints)} · ${format.hours(row.total.idleness.minutes)} / ${format.hours(row.total.idleness.ofMinutes)}`,
        over: false,
      })),
    };
  }
  const parts = report.rows.map((row) => ({
    id: row.roleId ?? "none",
    label: row.name || words.none,
    values: row.buckets.map((bucket) => bucket.people),
  }));
  return {
    kind: "bars",
    scale: 1,
    format: format.number,
    ...stacks(report.rows[0]?.buckets ?? [], parts, words, format),
  };
}

function demand(report: DemandReport, words: Words, format: Format): Chart {
  const parts = report.rows.map((row) => ({
    id: row.roleId ?? "none",
    label: row.name || words.none,
    values: row.minutes,
  }));
  return {
    kind: "bars",
    scale: MINUTES_PER_HOUR,
    format: format.hours,
    ...stacks(report.buckets, parts, words, format),
  };
}

function overbooking(report: OverbookingReport, words: Words, format: Format): Chart {
  const buckets = new Map<string, { from: string; minutes: number }>();
  for (const bucket of report.people.flatMap((person) => person.buckets)) {
    const known = buckets.get(bucket.from) ?? { from: bucket.from, minutes: 0 };
    known.minutes += bucket.loadMinutes - bucket.capacityMinutes;
    buckets.set(bucket.from, known);
  }
  const ordered = [...buckets.values()].sort((a, b) => a.from.localeCompare(b.from));
  return {
    kind: "bars",
    scale: MINUTES_PER_HOUR,
    format: format.hours,
    series: [{ id: "over", label: words.excess, color: "var(--danger)" }],
    bars: ordered.map(({ from, minutes }) => ({
      id: from,
      label: format.shortDay(from),
      values: { over: minutes },
    })),
  };
}

function budget(report: CostReport, words: Words, format: Format): Chart {
  const share = (one: CostReport["projects"][number]) =>
    Math.max(one.minutesBasisPoints ?? -1, one.bill.budgetBasisPoints ?? -1);
  const known = report.projects.filter((one) => share(one) >= 0).sort((a, b) => share(b) - share(a));
  return {
    kind: "shares",
    shares: known.slice(0, SHARES_MAX).map((one) => ({
      id: one.projectId,
      label: one.name,
      basisPoints: share(one),
      text: `${format.percent(share(one))} · ${format.hours(one.minutes)}${one.budget.minutes ? ` / ${format.hours(one.budget.minutes)}` : ""} ${words.planned}`,
      over: share(one) > FULL,
    })),
  };
}

function candidates(report: CandidatesReport, _words: Words, format: Format): Chart {
  return {
    kind: "shares",
    shares: report.candidates.slice(0, SHARES_MAX).map((one) => ({
      id: one.personId,
      label: one.name,
      basisPoints: one.fits?.basisPoints ?? null,
      text: one.fits
        ? `${format.percent(one.fits.basisPoints)} · ${format.hours(one.fits.minutes)} / ${format.hours(one.fits.ofMinutes)}`
        : "–",
      over: false,
    })),
  };
}

/** The picture, or none when there is nothing to draw. */
export function toChart(name: ReportName, report: unknown, words: Words, format: Format): Chart | null {
  const chart = ((): Chart => {
    switch (name) {
      case "hours":
        return hours(report as HoursReport, words, format);
      case "utilisation":
        return utilisation(report as UtilisationReport, words, format);
      case "availability":
        return availability(report as OccupancyReport, words, format);
      case "people-per-role":
        return roles(report as RolesReport, false, words, format);
      case "idleness-per-role":
        return roles(report as RolesReport, true, words, format);
      case "demand":
        return demand(report as DemandReport, words, format);
      case "overbooking":
        return overbooking(report as OverbookingReport, words, format);
      case "budget":
        return budget(report as CostReport, words, format);
      case "candidates":
        return candidates(report as CandidatesReport, words, format);
    }
  })();
  const empty =
    chart.kind === "bars" ? chart.bars.length === 0 || chart.series.length === 0 : chart.shares.length === 0;
  return empty ? null : chart;
}
