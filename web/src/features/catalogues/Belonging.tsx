// Who or what belongs to a client, a team, a skill or a role.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useIndex, useList, useWorkspaceQuery } from "@/api/queries";
import type { UtilisationReport } from "@/api/reports";
import type { Id, Person } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { Meter } from "@/shared/charts/Meter";
import { addDays, today } from "@/shared/days";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useNames } from "@/shared/names";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { buttonClass } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { useWorkspace, useWorkspaceId } from "@/shared/workspace/context";
import type { CatalogueName } from "./words";

const LOAD_DAYS = 28;

interface Props {
  id: Id;
}

const LINK = "min-w-0 truncate font-medium hover:underline";

function PersonLink({ person, children }: { person: Person; children?: ReactNode }) {
  const workspaceId = useWorkspaceId();
  return (
    <>
      <Avatar name={person.name} />
      <Link
        to="/w/$workspaceId/people/$personId"
        params={{ workspaceId, personId: person.id }}
        className={LINK}
      >
        {person.name}
      </Link>
      {children}
    </>
  );
}

function Projects({ id }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const workspaceId = useWorkspaceId();
  const query = useList(workspaceId, "projects", { asOf: useAsOf() });
  return (
    <Section title={t`Projects`}>
      <Loaded query={query} rows={3}>
        {(all) => (
          <Rows empty={t`No projects yet`}>
            {all
              .filter((project) => project.clientId === id)
              .map((project) => (
                <Row key={project.id}>
                  <Link
                    to="/w/$workspaceId/projects/$projectId"
                    params={{ workspaceId, projectId: project.id }}
                    className={LINK}
                  >
                    {project.name}
                  </Link>
                  {project.startsOn && (
                    <span className="text-muted">{format.range(project.startsOn, project.endsOn)}</span>
                  )}
                  <Badge>{names.projectStatus[project.status]}</Badge>
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

function TeamLoad({ id }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const from = today(workspace.settings.timeZone);
  const query = useWorkspaceQuery<UtilisationReport>(workspace.id, "derived", "/reports/utilisation", {
    from,
    to: addDays(from, LOAD_DAYS - 1),
    grain: "total",
    by: "person",
    teamId: id,
    asOf: useAsOf(),
  });
  return (
    <Section title={t`Load in the next 4 weeks`}>
      <Loaded query={query} rows={3}>
        {({ rows, total }) => (
          <>
            <Meter
              label={t`Whole team`}
              basisPoints={total.total.basisPoints}
              text={`${format.hours(total.total.minutes)} / ${format.hours(total.total.ofMinutes)}`}
            />
            {rows.map((row) => (
              <Meter
                key={row.id}
                label={row.name}
                basisPoints={row.total.basisPoints}
                text={`${format.hours(row.total.minutes)} / ${format.hours(row.total.ofMinutes)}`}
              />
            ))}
          </>
        )}
      </Loaded>
    </Section>
  );
}

interface PeopleProps {
  /** Whether the person belongs here. */
  among: (person: Person) => boolean;
  order?: (one: Person, other: Person) => number;
  /** The filter by which the table of people shows the same. */
  search: Record<string, Id>;
  beside?: (person: Person) => ReactNode;
}

function People({ among, order, search, beside }: PeopleProps) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const query = useList(workspaceId, "people", { asOf: useAsOf() });
  return (
    <Section
      title={t`People`}
      actions={
        <Link
          to="/w/$workspaceId/people"
          params={{ workspaceId }}
          search={search as never}
          className={buttonClass("ghost")}
        >
          {t`Open as a table`}
        </Link>
      }
    >
      <Loaded query={query} rows={3}>
        {(all) => (
          <Rows empty={t`Nobody here yet`}>
            {all
              .filter(among)
              .sort(order)
              .map((person) => (
                <Row key={person.id}>
                  <PersonLink person={person}>{beside?.(person)}</PersonLink>
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

function Skilled({ id }: Props) {
  const { t } = useLingui();
  const levelOf = (person: Person) => person.skills.find((skill) => skill.skillId === id)?.level ?? 0;
  return (
    <People
      among={(person) => levelOf(person) > 0}
      order={(one, other) => levelOf(other) - levelOf(one) || one.name.localeCompare(other.name)}
      search={{ skillId: id }}
      beside={(person) => <span className="ms-auto text-muted">{t`Level ${levelOf(person)}`}</span>}
    />
  );
}

function Team({ id }: Props) {
  const roles = useIndex(useWorkspaceId(), "roles", useAsOf());
  return (
    <>
      <People
        among={(person) => person.teamIds.includes(id)}
        search={{ teamId: id }}
        beside={(person) => <span className="text-muted">{roles.get(person.roleId ?? "")?.name}</span>}
      />
      <TeamLoad id={id} />
    </>
  );
}

export function Belonging({ resource, id }: Props & { resource: CatalogueName }) {
  const part = {
    clients: <Projects id={id} />,
    teams: <Team id={id} />,
    skills: <Skilled id={id} />,
    roles: <People among={(person) => person.roleId === id} search={{ roleId: id }} />,
  }[resource];
  return <div>{part}</div>;
}
