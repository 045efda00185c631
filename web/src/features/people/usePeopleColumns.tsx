// The columns of the people table.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Calendar, CatalogueItem, Id, Person } from "@/api/types";
import { useOptions } from "@/shared/catalogue";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import type { Column } from "@/shared/table/columns";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { inForce, weeklyMinutes } from "./history";

type Index = Map<Id, CatalogueItem>;

interface Options {
  workspaceId: Id;
  roles: Index;
  teams: Index;
  skills: Index;
  calendars: Map<Id, Calendar>;
}

export function usePeopleColumns({
  workspaceId,
  roles,
  teams,
  skills,
  calendars,
}: Options): Column<Person>[] {
  const { t } = useLingui();
  const format = useFormat();
  const roleOptions = useOptions(workspaceId, "roles");
  const teamOptions = useOptions(workspaceId, "teams");
  return useMemo(() => {
    const names = (ids: Id[], index: Index) => ids.map((id) => index.get(id)?.name ?? "").filter(Boolean);
    const teamNames = (person: Person) => format.list(names(person.teamIds, teams));
    const skillNames = (person: Person) =>
      format.list(
        names(
          person.skills.map((skill) => skill.skillId),
          skills,
        ),
      );
    const minutesOf = (person: Person) => weeklyMinutes(inForce(person.schedules)?.workingTime, calendars);
    return [
      {
        id: "name",
        header: t`Name`,
        track: "minmax(10rem, 2fr)",
        fixed: true,
        value: (person) => person.name,
        cell: (person) => (
          <span className="flex items-center gap-2.5">
            <Avatar name={person.name} />
            <Link
              to="/w/$workspaceId/people/$personId"
              params={{ workspaceId, personId: person.id }}
              className="truncate font-medium hover:underline"
            >
              {person.name}
            </Link>
            {person.kind === "placeholder" && <Badge tone="accent">{t`Placeholder`}</Badge>}
          </span>
        ),
      },
      {
        id: "title",
        header: t`Job title`,
        track: "minmax(8rem, 1.2fr)",
        wideOnly: true,
        value: (person) => inForce(person.jobTitles)?.title,
        cell: (person) => inForce(person.jobTitles)?.title ?? "–",
      },
      {
        id: "role",
        header: t`Role`,
        track: "minmax(6rem, 1fr)",
        value: (person) => roles.get(person.roleId ?? "")?.name,
        cell: (person) => roles.get(person.roleId ?? "")?.name ?? "–",
        edit: {
          value: (person) => person.roleId,
          patch: (roleId) => ({ roleId }),
          options: roleOptions,
        },
      },
      {
        id: "teams",
        header: t`Teams`,
        track: "minmax(6rem, 1fr)",
        wideOnly: true,
        value: teamNames,
        cell: (person) => teamNames(person) || "–",
        edit: {
          value: (person) => person.teamIds[0],
          patch: (teamId, person) => ({
            teamIds: teamId ? [...person.teamIds.filter((id) => id !== teamId), teamId] : [],
          }),
          options: teamOptions,
          inline: false,
          bulkLabel: t`Add to a team (– = leave all)`,
        },
      },
      {
        id: "skills",
        header: t`Skills`,
        track: "minmax(6rem, 1.2fr)",
        wideOnly: true,
        value: skillNames,
        cell: (person) => skillNames(person) || "–",
      },
      {
        id: "hours",
        header: t`Per week`,
        track: "5.5rem",
        align: "end",
        wideOnly: true,
        value: (person) => {
          const minutes = minutesOf(person);
          return minutes === null ? null : minutes / MINUTES_PER_HOUR;
        },
        cell: (person) => {
          const minutes = minutesOf(person);
          return minutes === null ? "–" : format.hours(minutes);
        },
      },
      {
        id: "email",
        header: t`E-mail`,
        track: "minmax(8rem, 1.4fr)",
        wideOnly: true,
        value: (person) => person.email,
        cell: (person) => <span className="text-muted">{person.email ?? "–"}</span>,
        edit: {
          value: (person) => person.email,
          patch: (email) => ({ email }),
          type: "email",
          bulk: false,
        },
      },
    ];
  }, [t, format, workspaceId, roles, teams, skills, calendars, roleOptions, teamOptions]);
}
