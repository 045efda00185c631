// A report as one table: what stands over the columns and in the cells, ready to be shown.
import type {
  Bucket,
  CandidatesReport,
  CostReport,
  DemandReport,
  HoursReport,
  OccupancyReport,
  OverbookingReport,
  RolesReport,
  Share,
  UtilisationReport,
} from "@/api/reports";
import type { Money } from "@/api/types";
import type { Format } from "@/shared/i18n/format";
import type { Reason } from "./reasons";

export type ReportName =
  | "hours"
  | "people-per-role"
  | "idleness-per-role"
  | "availability"
  | "utilisation"
  | "demand"
  | "budget"
  | "overbooking"
  | "candidates";

export interface ReportRow {
  id: string;
  /** Where the row leads to below the workspace. */
  link?: string;
  cells: string[];
}

export interface ReportTable {
  head: string[];
  /** The columns behind the first that hold words: they begin at the start, as figures end at the end. */
  texts?: number[];
  rows: ReportRow[];
  total?: string[];
}

export interface Words {
  period: string;
  name: string;
  total: string;
  contracted: string;
  holidays: string;
  timeOff: string;
  capacity: string;
  confirmed: string;
  tentative: string;
  free: string;
  utilisation: string;
  state: string;
  days: string;
  planned: string;
  budget: string;
  cost: string;
  bill: string;
  none: string;
  other: string;
  excess: string;
  rank: string;
  reasons: string;
  /** Why somebody fits. */
  reason: (reason: Reason) => string;
  occupancy: Record<string, string>;
}

const heads = (buckets: readonly Bucket[], format: Format) =>
  buckets.map((bucket) => format.shortDay(bucket.from));
const share = (one: Share, format: Format) => format.percent(one.basisPoints);
const fraction = (one: Share, format: Format) =>
  `${share(one, format)} (${format.hours(one.minutes)} / ${format.hours(one.ofMinutes)})`;
const money = (all: Money[] | undefined, format: Format) =>
  all?.length ? all.map(format.money).join(" + ") : "–";

function hours(report: HoursReport, words: Words, format: Format): ReportTable {
  const cells = (row: HoursReport["total"]) => [
    format.hours(row.contractedMinutes),
    format.hours(row.holidayMinutes),
    format.hours(row.timeOffMinutes),
    format.hours(row.capacityMinutes),
    format.hours(row.confirmedMinutes),
    format.hours(row.tentativeMinutes),
    format.hours(row.freeMinutes),
    share(row.utilisation, format),
  ];
  const { period, contracted, holidays, timeOff, capacity, confirmed, tentative, free, utilisation } = words;
  return {
    head: [period, contracted, holidays, timeOff, capacity, confirmed, tentative, free, utilisation],
    rows: report.rows.map((row) => ({
      id: row.from,
      cells: [format.range(row.from, row.to), ...cells(row)],
    })),
    total: [words.total, ...cells(report.total)],
  };
}

function roles(report: RolesReport, idleness: boolean, words: Words, format: Format): ReportTable {
  type RoleCell = RolesReport["rows"][number]["total"];
  const cell = (one: RoleCell) => (idleness ? share(one.idleness, format) : format.number(one.people));
  const last = (one: RoleCell) => (idleness ? fraction(one.idleness, format) : format.number(one.people));
  return {
    head: [words.name, ...heads(report.rows[0]?.buckets ?? [], format), words.total],
    rows: report.rows.map((row) => ({
      id: row.roleId ?? "none",
      link: row.roleId ? `/people?roleId=${row.roleId}` : undefined,
      cells: [row.name || words.none, ...row.buckets.map(cell), last(row.total)],
    })),
  };
}

function availability(report: OccupancyReport, words: Words, format: Format): ReportTable {
  return {
    head: [words.name, words.state, words.utilisation],
    texts: [1],
    rows: report.people.map((person) => ({
      id: person.personId,
      link: `/people/${person.personId}`,
      cells: [
        person.name,
        words.occupancy[person.occupancy] ?? person.occupancy,
        fraction(person.utilisation, format),
      ],
    })),
  };
}

const LINKS: Record<string, string> = { person: "people", project: "projects" };

function utilisation(report: UtilisationReport, by: string, words: Words, format: Format): ReportTable {
  const cells = (row: UtilisationReport["total"]) => [
    ...row.shares.map((one) => share(one, format)),
    fraction(row.total, format),
  ];
  return {
    head: [words.name, ...heads(report.buckets, format), words.total],
    rows: report.rows.map((row) => ({
      id: row.id ?? "none",
      link: row.id && LINKS[by] ? `/${LINKS[by]}/${row.id}` : undefined,
      cells: [row.name || words.none, ...cells(row)],
    })),
    total: [words.total, ...cells(report.total)],
  };
}

function demand(report: DemandReport, words: Words, format: Format): ReportTable {
  return {
    head: [words.name, ...heads(report.buckets, format), words.total],
    rows: report.rows.map((row) => ({
      id: row.roleId ?? "none",
      cells: [row.name || words.none, ...row.minutes.map(format.hours), format.hours(row.totalMinutes)],
    })),
    total: [words.total, ...report.minutes.map(format.hours), format.hours(report.totalMinutes)],
  };
}

function overbooking(report: OverbookingReport, words: Words, format: Format): ReportTable {
  return {
    head: [words.name, words.period, words.days, words.planned, words.capacity],
    texts: [1],
    rows: report.people.flatMap((person) =>
      person.buckets.map((bucket) => {
        const days = person.days.filter((day) => day.on >= bucket.from && day.on <= bucket.to);
        return {
          id: `${person.personId}-${bucket.from}`,
          link: `/people/${person.personId}`,
          cells: [
            person.name,
            format.range(bucket.from, bucket.to),
            format.number(days.length),
            format.hours(bucket.loadMinutes),
            format.hours(bucket.capacityMinutes),
          ],
        };
      }),
    ),
  };
}

function budget(report: CostReport, words: Words, format: Format): ReportTable {
  return {
    head: [words.name, words.planned, `${words.budget} (h)`, "%", words.bill, words.budget, "%", words.cost],
    rows: report.projects.map((project) => ({
      id: project.projectId,
      link: `/projects/${project.projectId}`,
      cells: [
        project.name,
        format.hours(project.minutes),
        project.budget.minutes ? format.hours(project.budget.minutes) : "–",
        format.percent(project.minutesBasisPoints),
        money(project.bill.totals, format),
        money(project.budget.amount ? [project.budget.amount] : [], format),
        format.percent(project.bill.budgetBasisPoints),
        money(project.cost?.totals, format),
      ],
    })),
  };
}

function candidates(report: CandidatesReport, words: Words, format: Format): ReportTable {
  return {
    head: [words.name, words.rank, words.free, words.reasons],
    texts: [3],
    rows: report.candidates.map((one) => ({
      id: one.personId,
      link: `/people/${one.personId}`,
      cells: [
        one.name,
        format.number(one.rank),
        one.freeMinutes === null || one.freeMinutes === undefined ? "–" : format.hours(one.freeMinutes),
        one.reasons.map(words.reason).join(", "),
      ],
    })),
  };
}

/** `by` is what the utilisation report groups; the others ignore it. */
export function toTable(
  name: ReportName,
  report: unknown,
  by: string,
  words: Words,
  format: Format,
): ReportTable {
  switch (name) {
    case "hours":
      return hours(report as HoursReport, words, format);
    case "people-per-role":
      return roles(report as RolesReport, false, words, format);
    case "idleness-per-role":
      return roles(report as RolesReport, true, words, format);
    case "availability":
      return availability(report as OccupancyReport, words, format);
    case "utilisation":
      return utilisation(report as UtilisationReport, by, words, format);
    case "demand":
      return demand(report as DemandReport, words, format);
    case "overbooking":
      return overbooking(report as OverbookingReport, words, format);
    case "budget":
      return budget(report as CostReport, words, format);
    case "candidates":
      return candidates(report as CandidatesReport, words, format);
  }
}
