/** An assignment as the fields of its form, and back. */
import { flexibleEnd } from "../data/wire";
import { OPEN_END } from "../model";
import { formatDay, parseDay } from "../time/days";
import type { Draft } from "./deeds";
import { type EffortFields, fromFields, toFields } from "./effortForm";

/** What a form begins with: a drawn range, or a whole booking. */
export type Beginning = Partial<Draft> & Pick<Draft, "from" | "to">;

export interface AssignmentValues extends EffortFields {
  personId: string | null;
  projectId: string | null;
  roleId: string;
  startsOn: string;
  endsOn: string;
  tentative: boolean;
  note: string;
}

export function toValues(draft: Beginning): AssignmentValues {
  return {
    ...toFields(draft.effort ?? { form: "hours-per-day", minutesPerDay: 480 }),
    personId: draft.personId ?? null,
    projectId: draft.projectId ?? null,
    roleId: draft.roleId ?? "",
    startsOn: formatDay(draft.from),
    endsOn: draft.to === OPEN_END || draft.flexible ? "" : formatDay(draft.to),
    tentative: draft.tentative ?? false,
    note: draft.note ?? "",
  };
}

export function toDraft(values: AssignmentValues, before: Beginning): Draft | null {
  const effort = fromFields(values);
  if (!effort || !values.personId || !values.projectId) return null;
  const from = parseDay(values.startsOn);
  const flexible = values.endsOn === "" && effort.form === "total-until-done";
  const sameProject = before.projectId === values.projectId;
  return {
    personId: values.personId,
    projectId: values.projectId,
    phaseId: sameProject ? (before.phaseId ?? null) : null,
    roleId: values.roleId || null,
    from,
    to: values.endsOn === "" ? flexibleEnd(from, effort) : parseDay(values.endsOn),
    flexible,
    tentative: values.tentative,
    effort,
    note: values.note.trim() || null,
  };
}

/** A total needs an end, and no end lies before the start. */
export function endFault(values: AssignmentValues): boolean {
  if (values.endsOn === "") return values.form === "total";
  return !(parseDay(values.endsOn) >= parseDay(values.startsOn));
}
