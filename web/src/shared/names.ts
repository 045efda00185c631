// The words of the API's enumerations in the user's language.
import { useLingui } from "@lingui/react/macro";
import { useCallback, useMemo } from "react";
import type { ProjectKind, ProjectStatus, Role, TimeOffKind, TimeOffStatus } from "@/api/types";
import { EVENT_WORDS } from "./words/events";

export function useNames() {
  const { t } = useLingui();
  return useMemo(
    () => ({
      role: {
        owner: t`Owner`,
        admin: t`Admin`,
        "resource-manager": t`Resource manager`,
        "project-manager": t`Project manager`,
        member: t`Member`,
        viewer: t`Viewer`,
      } satisfies Record<Role, string> as Record<Role, string>,
      projectStatus: {
        proposed: t`Proposed`,
        active: t`Active`,
        "on-hold": t`On hold`,
        completed: t`Completed`,
        archived: t`Archived`,
      } satisfies Record<ProjectStatus, string> as Record<ProjectStatus, string>,
      projectKind: {
        managed: t`Managed`,
        "non-managed": t`Non-managed`,
        "team-augmentation": t`Team augmentation`,
      } satisfies Record<ProjectKind, string> as Record<ProjectKind, string>,
      timeOffKind: {
        vacation: t`Vacation`,
        "sick-leave": t`Sick leave`,
        "parental-leave": t`Parental leave`,
        "unpaid-leave": t`Unpaid leave`,
        training: t`Training`,
        other: t`Other`,
      } satisfies Record<TimeOffKind, string> as Record<TimeOffKind, string>,
      timeOffStatus: {
        pending: t`Pending`,
        approved: t`Approved`,
        rejected: t`Rejected`,
      } satisfies Record<TimeOffStatus, string> as Record<TimeOffStatus, string>,
    }),
    [t],
  );
}

/** What the log is about, by kind. */
export function useKindNames(): Record<string, string> {
  const { t } = useLingui();
  return useMemo(
    () => ({
      person: t`Person`,
      project: t`Project`,
      assignment: t`Booking`,
      "time-off": t`Time off`,
      client: t`Client`,
      team: t`Team`,
      skill: t`Skill`,
      role: t`Role`,
      calendar: t`Calendar`,
      holiday: t`Holiday`,
      membership: t`Membership`,
      workspace: t`Workspace`,
      import: t({ message: "Import", context: "a thing" }),
      user: t`Account`,
      session: t`Session`,
    }),
    [t],
  );
}

/** What an event of the log says. */
export function useEventName(): (type: string) => string {
  const { i18n } = useLingui();
  return useCallback(
    (type) => {
      const words = EVENT_WORDS[type];
      return words ? i18n._(words) : type;
    },
    [i18n],
  );
}

export function useRoleName(): (role: Role) => string {
  const names = useNames();
  return (role) => names.role[role] ?? role;
}

/** The choices of a list, in the order in which they are written. */
export const optionsOf = (names: Record<string, string>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }));
