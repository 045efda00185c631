/** The answers of GET /schedule and GET /schedule/projects, turned into the page's own model. */
import { byStart } from "../layout/lanes";
import {
  type Away,
  type Bar,
  type Buckets,
  type Day,
  type Effort,
  type Load,
  MARK,
  type Milestone,
  OPEN_END,
  type Person,
  type Project,
  type Schedule,
  type Track,
} from "../model";
import { countWeekdays, formatDay, parseDay } from "../time/days";

export interface WireBucket {
  contractedMinutes: number;
  holidayMinutes: number;
  timeOffMinutes: number;
  capacityMinutes?: number | null;
  confirmedMinutes: number;
  tentativeMinutes: number;
  overbooked: boolean;
}

export interface WireAssignment {
  id: string;
  version: number;
  projectId: string;
  phaseId?: string | null;
  roleId?: string | null;
  startsOn: string;
  endsOn?: string | null;
  effort: Effort;
  commitment: "confirmed" | "tentative";
  note?: string | null;
}

export interface WireRow {
  personId: string;
  name: string;
  placeholder: boolean;
  roleId?: string | null;
  teamIds: string[];
  buckets: WireBucket[];
  assignments: WireAssignment[];
  timeOff: {
    startsOn: string;
    endsOn: string;
    minutesPerDay?: number | null;
    kind: string;
    status: string;
  }[];
}

export interface WireProject {
  id: string;
  name: string;
  code?: string | null;
  color?: string | null;
  clientId?: string | null;
  status?: string;
  managerIds?: string[];
}

export interface WireSchedule {
  buckets: { from: string; to: string }[];
  people: WireRow[];
  projects: WireProject[];
}

export interface WireProjectSchedule {
  buckets: { from: string; to: string }[];
  projects: {
    projectId: string;
    name: string;
    code?: string | null;
    clientId?: string | null;
    status: string;
    milestones: { name: string; on: string; done: boolean }[];
    work: { confirmedMinutes: number; tentativeMinutes: number; placeholderMinutes: number }[];
  }[];
}

/** Dates repeat a great deal: each is parsed once. */
function dayReader(): (iso: string) => Day {
  const known = new Map<string, Day>();
  return (iso) => {
    let day = known.get(iso);
    if (day === undefined) {
      day = parseDay(iso);
      known.set(iso, day);
    }
    return day;
  };
}

export interface PlanPart {
  readonly people: Map<string, Person>;
  readonly projects: Map<string, Project>;
  readonly tracks: Track[];
}

export function readPlan(wire: WireSchedule): PlanPart {
  const day = dayReader();
  const people = new Map<string, Person>();
  const tracks: Track[] = [];
  for (const row of wire.people) {
    people.set(row.personId, {
      id: row.personId,
      name: row.name,
      kind: row.placeholder ? "placeholder" : "person",
      roleId: row.roleId ?? null,
      teamIds: row.teamIds,
    });
    const bars = row.assignments.map((one) => readBar(one, row.personId, day)).sort(byStart);
    tracks.push({
      id: row.personId,
      bars,
      away: row.timeOff.map((one) => readAway(one, day)),
      milestones: [],
    });
  }
  return { people, projects: new Map(wire.projects.map((one) => [one.id, readProject(one)])), tracks };
}

export function readBar(one: WireAssignment, personId: string, day: (iso: string) => Day = parseDay): Bar {
  return {
    id: one.id,
    version: one.version,
    personId,
    projectId: one.projectId,
    phaseId: one.phaseId ?? null,
    roleId: one.roleId ?? null,
    from: day(one.startsOn),
    to: one.endsOn ? day(one.endsOn) : flexibleEnd(day(one.startsOn), one.effort),
    flexible: !one.endsOn && one.effort.form === "total-until-done",
    tentative: one.commitment === "tentative",
    effort: one.effort,
    note: one.note ?? null,
    pending: false,
  };
}

/** Where work at a pace ends on full-time weekdays; OPEN_END for every other effort. For drawing only. */
export function flexibleEnd(from: Day, effort: Effort): Day {
  if (effort.form !== "total-until-done") return OPEN_END;
  const perDay =
    effort.pace.unit === "percent" ? (480 * effort.pace.basisPoints) / 10_000 : effort.pace.minutesPerDay;
  const weekdays = Math.max(1, Math.ceil(effort.minutes / Math.max(perDay, 1)));
  let end = from + Math.floor(weekdays / 5) * 7;
  while (countWeekdays(from, end) < weekdays) end += 1;
  while (end > from && countWeekdays(from, end - 1) >= weekdays) end -= 1;
  return end;
}

export function readProject(one: WireProject): Project {
  return {
    id: one.id,
    name: one.name,
    code: one.code ?? null,
    color: one.color ?? null,
    clientId: one.clientId ?? null,
    status: one.status ?? "active",
    managerIds: one.managerIds ?? [],
  };
}

function readAway(one: WireRow["timeOff"][number], day: (iso: string) => Day): Away {
  return {
    from: day(one.startsOn),
    to: day(one.endsOn),
    minutesPerDay: one.minutesPerDay ?? null,
    kind: one.kind,
    pending: one.status === "pending",
  };
}

export function readBuckets(wire: { from: string; to: string }[]): Buckets {
  return {
    from: Int32Array.from(wire, (bucket) => parseDay(bucket.from)),
    to: Int32Array.from(wire, (bucket) => parseDay(bucket.to)),
  };
}

/** A placeholder has no capacity and no verdict: everything about it is unknown but its work. */
export function readLoad(buckets: readonly WireBucket[]): Load {
  return {
    capacity: Int32Array.from(buckets, (bucket) => bucket.capacityMinutes ?? -1),
    confirmed: Int32Array.from(buckets, (bucket) => bucket.confirmedMinutes),
    tentative: Int32Array.from(buckets, (bucket) => bucket.tentativeMinutes),
    timeOff: Int32Array.from(buckets, (bucket) => bucket.timeOffMinutes),
    marks: Uint8Array.from(buckets, marksOf),
  };
}

function marksOf(bucket: WireBucket): number {
  return (
    (bucket.holidayMinutes > 0 ? MARK.holiday : 0) |
    (bucket.timeOffMinutes > 0 ? MARK.timeOff : 0) |
    (bucket.overbooked ? MARK.over : 0)
  );
}

/** For a project, "capacity" is all its work and "confirmed" what people have promised: the strip shows how much of the
 * demand is staffed. */
export function readProjectLoad(work: WireProjectSchedule["projects"][number]["work"]): Load {
  return {
    capacity: Int32Array.from(
      work,
      (one) => one.confirmedMinutes + one.tentativeMinutes + one.placeholderMinutes,
    ),
    confirmed: Int32Array.from(work, (one) => one.confirmedMinutes),
    tentative: Int32Array.from(work, (one) => one.tentativeMinutes),
    timeOff: new Int32Array(work.length),
    marks: new Uint8Array(work.length),
  };
}

/** The same plan with a row for each project. Projects without work in the range come from `projects`. */
export function byProject(
  tracks: readonly Track[],
  projects: ReadonlyMap<string, Project>,
  milestones: ReadonlyMap<string, readonly Milestone[]>,
): Track[] {
  const bars = new Map<string, Bar[]>();
  for (const id of projects.keys()) bars.set(id, []);
  for (const track of tracks) for (const bar of track.bars) bars.get(bar.projectId)?.push(bar);
  return [...bars].map(([id, own]) => ({
    id,
    bars: own.sort(byStart),
    away: [],
    milestones: milestones.get(id) ?? [],
  }));
}

/** New rows in place of old ones; rows of `asked` that were not answered are gone. */
export function mergedTracks(schedule: Schedule, part: PlanPart, asked: ReadonlySet<string>): Schedule {
  const fresh = new Map(part.tracks.map((track) => [track.id, track]));
  const people = new Map(schedule.people);
  const tracks: Track[] = [];
  for (const track of schedule.tracks) {
    const replacement = fresh.get(track.id);
    if (replacement) tracks.push(replacement);
    else if (!asked.has(track.id)) tracks.push(track);
    else people.delete(track.id);
    fresh.delete(track.id);
  }
  for (const [id, person] of part.people) people.set(id, person);
  tracks.push(...fresh.values());
  if (fresh.size > 0) tracks.sort((a, b) => compareNames(people.get(a.id), people.get(b.id)));
  return { ...schedule, people, tracks };
}

function compareNames(a: Person | undefined, b: Person | undefined): number {
  if (!a || !b) return 0;
  return Number(a.kind === "placeholder") - Number(b.kind === "placeholder") || (a.name < b.name ? -1 : 1);
}

/** A bar's fields as the API names them; only those that are given. */
export function writePatch(patch: {
  personId?: string;
  projectId?: string;
  phaseId?: string | null;
  roleId?: string | null;
  from?: Day;
  to?: Day;
  effort?: Effort;
  tentative?: boolean;
  note?: string | null;
}): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of ["personId", "projectId", "phaseId", "roleId", "effort", "note"] as const) {
    if (patch[field] !== undefined) body[field] = patch[field];
  }
  if (patch.from !== undefined) body.startsOn = formatDay(patch.from);
  if (patch.to !== undefined) body.endsOn = patch.to === OPEN_END ? null : formatDay(patch.to);
  if (patch.tentative !== undefined) body.commitment = patch.tentative ? "tentative" : "confirmed";
  return body;
}
