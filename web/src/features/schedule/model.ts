/**
 * The plan as the schedule page holds it: plain rows for people and bars, typed arrays for loads.
 * Days are whole numbers since 1970-01-01 (see time/days.ts); minutes are integers. Nothing here knows the wire
 * format (data/wire.ts) or the screen.
 */

/** Days since 1970-01-01. */
export type Day = number;

/** The last day of an assignment without an end. */
export const OPEN_END: Day = 2_147_483_647;

export type Pace =
  | { unit: "hours-per-day"; minutesPerDay: number }
  | { unit: "percent"; basisPoints: number };

export type Effort =
  | { form: "hours-per-day"; minutesPerDay: number }
  | { form: "hours-per-week"; minutesPerWeek: number }
  | { form: "percent"; basisPoints: number }
  | { form: "total"; minutes: number }
  | { form: "total-until-done"; minutes: number; pace: Pace }
  | { form: "phased"; spans: { from: string; to: string; minutes: number }[] };

export interface Bar {
  readonly id: string;
  readonly version: number;
  readonly personId: string;
  readonly projectId: string;
  readonly phaseId: string | null;
  readonly roleId: string | null;
  readonly from: Day;
  /** Inclusive; OPEN_END when the assignment has no end. */
  readonly to: Day;
  /** The end follows from the effort: `to` is an estimate and is never sent. */
  readonly flexible: boolean;
  readonly tentative: boolean;
  readonly effort: Effort;
  readonly note: string | null;
  /** True until the server has answered for this bar. */
  readonly pending: boolean;
}

/** The server knows it. Before that, it has no id by which to change it. */
export function isSaved(bar: Bar): boolean {
  return bar.version > 0;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly kind: "person" | "placeholder";
  readonly roleId: string | null;
  readonly teamIds: readonly string[];
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly code: string | null;
  readonly color: string | null;
  readonly clientId: string | null;
  readonly status: string;
  /** The users whose own project it is. */
  readonly managerIds: readonly string[];
}

/** Whether the bookings of a project may be changed: some may plan their own projects only. */
export type MayPlan = (projectId: string) => boolean;

/** Why a bucket has less capacity than usual; bits, as several may hold. */
export const MARK = { holiday: 1, timeOff: 2, pendingTimeOff: 4, over: 8 } as const;

/** Loads of one row; the index is that of the model's buckets. */
export interface Load {
  /** −1 where no schedule is in force. */
  readonly capacity: Int32Array;
  readonly confirmed: Int32Array;
  readonly tentative: Int32Array;
  readonly timeOff: Int32Array;
  readonly marks: Uint8Array;
}

export interface Buckets {
  readonly from: Int32Array;
  /** Inclusive. */
  readonly to: Int32Array;
}

export type Grain = "day" | "week" | "month";

/** A stretch in which somebody is away. */
export interface Away {
  readonly from: Day;
  readonly to: Day;
  /** Null = the whole day. */
  readonly minutesPerDay: number | null;
  readonly kind: string;
  readonly pending: boolean;
}

export interface Milestone {
  readonly name: string;
  readonly on: Day;
  readonly done: boolean;
}

/** One line of the plan: a person with bars in the people view, a project with bars in the project view. */
export interface Track {
  readonly id: string;
  /** Sorted by `byStart`. */
  readonly bars: readonly Bar[];
  readonly away: readonly Away[];
  readonly milestones: readonly Milestone[];
}

export interface Schedule {
  readonly from: Day;
  readonly to: Day;
  readonly people: ReadonlyMap<string, Person>;
  /** In the order in which the server sorts them. */
  readonly tracks: readonly Track[];
}
