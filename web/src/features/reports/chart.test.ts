import { expect, test } from "vitest";
import type { DemandReport, OverbookingReport } from "@/api/reports";
import { createFormat } from "@/shared/i18n/format";
import { type BarsChart, toChart } from "./chart";
import type { Words } from "./table";

const format = createFormat("en");
const words = new Proxy({ occupancy: {} } as unknown as Words, {
  get: (known, name) => Reflect.get(known, name) ?? String(name),
});
const buckets = ["2026-03-02", "2026-03-09"].map((from) => ({ from, to: from }));

const bars = (chart: ReturnType<typeof toChart>) => chart as BarsChart;

test("no demand is lost when there are more roles than colours", () => {
  const rows = Array.from({ length: 12 }, (_, at) => ({
    roleId: `r${at}`,
    name: `Role ${at}`,
    minutes: [60 * at, 60],
    totalMinutes: 60 * at + 60,
    placeholderIds: [],
    assignmentIds: [],
  }));
  const report = { buckets, rows, minutes: [], totalMinutes: 0, grain: "week" } as unknown as DemandReport;
  const chart = bars(toChart("demand", report, words, format));
  expect(chart.series).toHaveLength(8);
  expect(new Set(chart.series.map((one) => one.color)).size).toBe(8);
  const sum = (at: number) => Object.values(chart.bars[at]?.values ?? {}).reduce((all, one) => all + one, 0);
  expect([sum(0), sum(1)]).toEqual([60 * 66, 60 * 12]);
});

test("overbooking shows by how much, week by week, in order", () => {
  const person = (from: string, loadMinutes: number) => ({
    personId: from,
    name: from,
    days: [],
    buckets: [{ from, to: from, loadMinutes, capacityMinutes: 2_400, assignmentIds: [] }],
  });
  const people = [person("2026-03-09", 2_460), person("2026-03-02", 3_000), person("2026-03-02", 2_520)];
  const report = { grain: "week", totals: {}, people } as unknown as OverbookingReport;
  const chart = bars(toChart("overbooking", report, words, format));
  expect(chart.bars.map((bar) => [bar.id, bar.values.over])).toEqual([
    ["2026-03-02", 720],
    ["2026-03-09", 60],
  ]);
});

test("a report without rows has no picture", () => {
  const report = { buckets: [], rows: [], minutes: [], totalMinutes: 0 } as unknown as DemandReport;
  expect(toChart("demand", report, words, format)).toBeNull();
});
