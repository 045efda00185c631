// What stands behind the "?" of each page. Anything unknown is dropped, so that an old link still opens.
import type { AuditSearch, PeopleSearch, ProjectsSearch, ReportSearch, TimeOffSearch } from "@/shared/search";

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;

const flag = (value: unknown): true | undefined => (value === true || value === "true" ? true : undefined);

const table = (raw: Raw) => ({
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

export const validateProjects = (raw: Raw): ProjectsSearch => ({
  ...table(raw),
  status: text(raw.status),
  clientId: text(raw.clientId),
});

export const validateTimeOff = (raw: Raw): TimeOffSearch => ({
  status: text(raw.status),
  personId: text(raw.personId),
  from: day(raw.from),
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
});

export const validateAudit = (raw: Raw): AuditSearch => ({
  kind: text(raw.kind),
  objectId: text(raw.objectId),
});
