/** Everything that the address says about the page, so that a link shows what its sender saw. Defaults are left out. */
import type { Day } from "../model";
import { formatDay, parseDay } from "../time/days";
import { ZOOMS, type Zoom } from "../time/scale";

export const SUBJECTS = ["people", "projects"] as const;
export type Subject = (typeof SUBJECTS)[number];
export const GROUPINGS = ["none", "team", "role", "project"] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const FORMS = ["grid", "table"] as const;
export type Form = (typeof FORMS)[number];

export interface FreeTime {
  readonly minutes: number;
  readonly from: Day;
  readonly to: Day;
}

export interface ViewState {
  readonly subject: Subject;
  readonly form: Form;
  readonly zoom: Zoom;
  /** First day on the screen; null = today. */
  readonly at: Day | null;
  readonly group: Grouping;
  readonly teams: readonly string[];
  readonly roles: readonly string[];
  readonly skills: readonly string[];
  readonly projects: readonly string[];
  readonly text: string;
  /** People with at least this much free in a range. */
  readonly free: FreeTime | null;
  readonly tentative: boolean;
  /** The plan as it was at this instant (RFC 3339). */
  readonly asOf: string | null;
}

export const DEFAULT_VIEW: ViewState = {
  subject: "people",
  form: "grid",
  zoom: "week",
  at: null,
  group: "none",
  teams: [],
  roles: [],
  skills: [],
  projects: [],
  text: "",
  free: null,
  tentative: true,
  asOf: null,
};

/** Search parameters as the router gives them: strings, arrays of strings, or rubbish that somebody typed. */
export type RawSearch = Readonly<Record<string, unknown>>;

export function readView(raw: RawSearch): ViewState {
  const day = parseDay(text(raw.at));
  return {
    subject: oneOf(SUBJECTS, raw.rows, DEFAULT_VIEW.subject),
    form: oneOf(FORMS, raw.as, DEFAULT_VIEW.form),
    zoom: oneOf(ZOOMS, raw.zoom, DEFAULT_VIEW.zoom),
    at: Number.isNaN(day) ? null : day,
    group: oneOf(GROUPINGS, raw.group, DEFAULT_VIEW.group),
    teams: list(raw.team),
    roles: list(raw.role),
    skills: list(raw.skill),
    projects: list(raw.project),
    text: text(raw.q),
    free: readFree(text(raw.free)),
    tentative: text(raw.tentative) !== "no",
    asOf: text(raw.asOf) || null,
  };
}

/** Only what differs from the default. */
export function writeView(view: ViewState): Record<string, string | string[]> {
  const search: Record<string, string | string[]> = {};
  const put = (name: string, value: string | readonly string[]) => {
    if (value.length > 0) search[name] = typeof value === "string" ? value : [...value];
  };
  if (view.subject !== DEFAULT_VIEW.subject) put("rows", view.subject);
  if (view.form !== DEFAULT_VIEW.form) put("as", view.form);
  if (view.zoom !== DEFAULT_VIEW.zoom) put("zoom", view.zoom);
  if (view.at !== null) put("at", formatDay(view.at));
  if (view.group !== DEFAULT_VIEW.group) put("group", view.group);
  put("team", view.teams);
  put("role", view.roles);
  put("skill", view.skills);
  put("project", view.projects);
  put("q", view.text);
  if (view.free) put("free", `${view.free.minutes}m~${formatDay(view.free.from)}~${formatDay(view.free.to)}`);
  if (!view.tentative) put("tentative", "no");
  put("asOf", view.asOf ?? "");
  return search;
}

/** How many filters are on: for the button that clears them. */
export function filterCount(view: ViewState): number {
  const lists = [view.teams, view.roles, view.skills, view.projects];
  return lists.filter((ids) => ids.length > 0).length + (view.free ? 1 : 0) + (view.text ? 1 : 0);
}

export function withoutFilters(view: ViewState): ViewState {
  return { ...view, teams: [], roles: [], skills: [], projects: [], text: "", free: null };
}

function readFree(value: string): FreeTime | null {
  const [amount = "", first = "", last = ""] = value.split("~");
  const minutes = /^\d{1,7}m$/.test(amount) ? Number.parseInt(amount, 10) : 0;
  const from = parseDay(first);
  const to = parseDay(last);
  return minutes > 0 && from <= to ? { minutes, from, to } : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function list(value: unknown): string[] {
  const values = Array.isArray(value) ? value.map(text) : [text(value)];
  return [...new Set(values.filter((id) => id !== ""))];
}

function oneOf<T extends string>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}
