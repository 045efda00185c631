// What the short lists are called, and which fields their entries have.
import { useLingui } from "@lingui/react/macro";
import type { FieldSpec } from "@/shared/forms/fields";
import type { IconName } from "@/shared/ui/Icon";

export type CatalogueName = "clients" | "teams" | "skills" | "roles";

export const ICONS: Record<CatalogueName, IconName> = {
  clients: "building",
  teams: "team",
  skills: "skill",
  roles: "user",
};

export function useWords(resource: CatalogueName) {
  const { t } = useLingui();
  const words = {
    clients: {
      title: t`Clients`,
      add: t`Add a client…`,
      empty: t`No clients yet`,
      hint: t`Whom you work for. Projects belong to a client.`,
    },
    teams: {
      title: t`Teams`,
      add: t`Add a team…`,
      empty: t`No teams yet`,
      hint: t`Groups of people, for filters and reports.`,
    },
    skills: {
      title: t`Skills`,
      add: t`Add a skill…`,
      empty: t`No skills yet`,
      hint: t`What people can do; find who fits a booking.`,
    },
    roles: {
      title: t`Roles`,
      add: t`Add a role…`,
      empty: t`No roles yet`,
      hint: t`What people work as, such as Designer. Open demand asks for a role.`,
    },
  };
  return words[resource];
}

export function useFields(resource: CatalogueName): FieldSpec[] {
  const { t } = useLingui();
  const name: FieldSpec = { name: "name", label: t`Name`, kind: "text", required: true, wide: true };
  if (resource === "skills")
    return [name, { name: "category", label: t`Category`, kind: "text", wide: true }];
  if (resource === "roles") return [name];
  return [name, { name: "notes", label: t`Notes`, kind: "notes", wide: true }];
}
