// Short names for the shapes of the API. They are generated from openapi/raally.json (`npm run generate`), so that
// a change of the server that the app doesn't follow fails the type check.
// Units: minutes, minor currency units, basis points (10,000 = 100 %); dates are ISO days, instants RFC 3339.
import type { components } from "./schema.gen";

type Schema = components["schemas"];

export type Id = string;
export type IsoDate = string;
export type Instant = string;

export interface Stored {
  id: Id;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  deletedAt?: Instant | null;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type Money = Schema["Money"];
export type User = Schema["UserView"];
export type Tokens = Omit<Schema["TokensView"], "sessionId">;
export type Role = Schema["Role"];
export type ClashPolicy = Schema["ClashPolicy"];
export type WorkspaceSettings = Schema["Settings"];
export type Workspace = Schema["WorkspaceDocument"];
export type WorkspaceMembership = Schema["Place"];
export type Me = Schema["Me"];
export type Session = Schema["SessionView"];
export type Member = Schema["Member"];
export type JoinLink = Schema["JoinLinkView"];

export type WorkingTime = Schema["WorkingTime"];
export type Person = Schema["PersonDocument"];
export type Compensation = Schema["Compensation"];
export type TimeOff = Schema["TimeOffDocument"];
export type TimeOffKind = Schema["TimeOffKind"];
export type TimeOffStatus = Schema["TimeOffStatus"];
/** A booking that a time off breaks, with the minutes that have no place any more. */
export type BrokenBooking = Schema["Broken"];

export type Project = Schema["ProjectDocument"];
export type ProjectKind = Schema["ProjectKind"];
export type ProjectStatus = Schema["ProjectStatus"];
export type Budget = Schema["Budget"];
export type Calendar = Schema["CalendarDocument"];
export type Holiday = Schema["HolidayDocument"];

/** What clients, teams, skills and roles have in common. */
export interface CatalogueItem extends Stored {
  name: string;
  notes?: string | null;
  category?: string | null;
}

export type Effort = Schema["Effort"];
export type Assignment = Schema["AssignmentDetailsDocument"];
export type Clash = Schema["Clash"];

export interface FieldProblem {
  pointer: string;
  code: string;
  detail?: string;
  /** What is allowed, where the rule is about that. */
  min?: number | null;
  max?: number | null;
}

export type AuditEvent = Schema["AuditEvent"];
/** What the check of the audit trail found. */
export type AuditVerdict = Schema["WorkspaceReport"];
/** What `GET /events` says about each change. */
export type ChangeEvent = Schema["Change"];

/** The objects of a workspace by the name of their path. */
export interface Resources {
  people: Person;
  projects: Project;
  clients: CatalogueItem;
  teams: CatalogueItem;
  skills: CatalogueItem;
  roles: CatalogueItem;
  "time-off": TimeOff;
  assignments: Assignment;
  calendars: Calendar;
  holidays: Holiday;
}

export type ResourceName = keyof Resources;
