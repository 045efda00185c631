// What stands behind the "?" of each page. Anything unknown is dropped, so that an old link still opens.
import type {
  AuditSearch,
  PeopleSearch,
  ProjectsSearch,
  ReportSearch,
  TableSearch,
  TimeOffSearch,
} from "@/shared/search";

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;

const flag = (value: unknown): true | undefined => (value === true || value === "true" ? true : undefined);

const table = (raw: Raw): TableSearch => ({
  q: text(raw.q),
  sort: text(raw.sort),
  deleted: flag(raw.deleted),
});

export const validatePeople = (raw: Raw): PeopleSearch => ({
  ...table(raw),
  kind: text(raw.kind),
  teamId: text(raw.teamId),
  roleId: text(raw.roleId),
  skillId: text(raw.skillId),
});

/** Of the short lists: clients, teams, skills, roles. */
export const validateTable = table;

/** How many weeks the dashboard looks ahead. */
export const validateDashboard = (raw: Raw): { weeks?: number } => ({
  weeks: Number.isInteger(Number(raw.weeks)) && Number(raw.weeks) > 0 ? Number(raw.weeks) : undefined,
});

export const validatePlatform = (raw: Raw): { users?: string; workspaces?: string } => ({
  users: text(raw.users),
  workspaces: text(raw.workspaces),
});

export const validateProjects = (raw: Raw): ProjectsSearch => ({
  ...table(raw),
  status: text(raw.status),
  clientId: text(raw.clientId),
});

export const validateTimeOff = (raw: Raw): TimeOffSearch => ({
  status: text(raw.status),
  personId: text(raw.personId),
  teamId: text(raw.teamId),
  from: day(raw.from),
  view: raw.view === "calendar" ? "calendar" : undefined,
});

export const validateReport = (raw: Raw): ReportSearch => ({
  report: text(raw.report),
  from: day(raw.from),
  to: day(raw.to),
  grain: text(raw.grain),
  by: text(raw.by),
  teamId: text(raw.teamId),
  roleId: text(raw.roleId),
  tentative: flag(raw.tentative),
  skillId: text(raw.skillId),
  hours: text(raw.hours),
});

export const validateAudit = (raw: Raw): AuditSearch => ({
  kind: text(raw.kind),
  objectId: text(raw.objectId),
  actorId: text(raw.actorId),
  from: day(raw.from),
  to: day(raw.to),
});
