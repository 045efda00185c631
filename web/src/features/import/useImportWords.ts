// The words of an import: its states, the fields that columns can mean, the kinds of objects.
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { NOTE_WORDS } from "@/shared/words/notes";
import type { FieldName, MappingNote } from "./model";

export function useStatusName(): (status: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    uploaded: t`Uploaded`,
    previewed: t`Ready to check`,
    ready: t`Ready to check`,
    queued: t`Waiting`,
    pending: t`Waiting`,
    running: t`Working`,
    applying: t`Working`,
    "dry-run": t`Dry run`,
    checked: t`Checked`,
    applied: t`Done`,
    done: t`Done`,
    completed: t`Done`,
    succeeded: t`Done`,
    failed: t`Failed`,
    undoing: t`Being undone`,
    undone: t`Undone`,
  };
  return (status) => names[status] ?? status;
}

export function useNoteText(): (note: MappingNote) => string {
  const { i18n } = useLingui();
  return ({ code, value = "" }) => {
    const words = NOTE_WORDS[code];
    return words ? i18n._(words.id, { value }, { message: words.message }) : code;
  };
}

export function useFieldNames(): Record<FieldName, string> {
  const { t } = useLingui();
  return useMemo(
    () => ({
      person: t`Person: full name`,
      "first-name": t`Person: first name`,
      "last-name": t`Person: last name`,
      email: t`Person: e-mail`,
      "person-id": t`Person: key`,
      title: t`Person: job title`,
      team: t`Person: team`,
      skills: t`Person: skills`,
      "contract-hours": t`Person: hours a week`,
      project: t`Project: name`,
      "project-code": t`Project: code`,
      "project-id": t`Project: key`,
      client: t`Client`,
      role: t`Role`,
      "row-id": t`Key of the row`,
      effort: t`Effort`,
      from: t`First day`,
      to: t`Last day`,
      status: t`Status`,
      note: t`Note`,
      amount: t`Amount`,
      currency: t`Currency`,
      basis: t`Hourly, monthly or yearly`,
      "time-off-type": t`Type of time off`,
    }),
    [t],
  );
}

export function useKindName(): (kind: string) => string {
  const { t } = useLingui();
  const names: Record<string, string> = {
    people: t`People`,
    projects: t`Projects`,
    clients: t`Clients`,
    teams: t`Teams`,
    skills: t`Skills`,
    roles: t`Roles`,
    assignments: t`Bookings`,
    compensation: t`Pay`,
    compensations: t`Pay`,
    timeOff: t`Time off`,
    "time-off": t`Time off`,
    calendars: t`Calendars`,
    holidays: t`Holidays`,
  };
  return (kind) => names[kind] ?? kind;
}
