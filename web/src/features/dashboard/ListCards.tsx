// The lists of the dashboard: who is overbooked, open demand, the largest projects, budgets at risk.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWorkspaceQuery } from "@/api/queries";
import type { CostReport, Dashboard, DemandReport, OverbookingReport } from "@/api/reports";
import { useAsOf } from "@/shared/asOf";
import { Meter } from "@/shared/charts/Meter";
import { addDays } from "@/shared/days";
import { useFormat } from "@/shared/i18n/format";
import { Loaded } from "@/shared/ui/states";
import { useWorkspaceId } from "@/shared/workspace/context";
import { Card, ReportLink } from "./Card";
import type { DashboardRange } from "./DashboardPage";

const ROWS_MAX = 6;
const OVERBOOKED_DAYS = 28;
const RISK_FROM_BASIS_POINTS = 9_000;

const Line = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <li className="flex min-h-8 items-center gap-3">
    <span className="min-w-0 flex-1 truncate">{name}</span>
    <span className="text-sm text-muted tabular-nums">{children}</span>
  </li>
);

export function OverbookedCard({ from }: { from: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const range = { from, to: addDays(from, OVERBOOKED_DAYS - 1) };
  const query = useWorkspaceQuery<OverbookingReport>(workspaceId, "derived", "/reports/overbooking", {
    ...range,
    grain: "week",
    asOf: useAsOf(),
  });
  return (
    <Card title={t`Overbooked in the next 4 weeks`} search={{ report: "overbooking", ...range }}>
      <Loaded query={query} rows={4}>
        {({ people }) =>
          people.length === 0 ? (
            <p className="text-muted">{t`Nobody is overbooked.`}</p>
          ) : (
            <ul>
              {people.slice(0, ROWS_MAX).map((person) => {
                const days = person.days.length;
                const first = person.days[0]?.on ?? person.buckets[0]?.from;
                return (
                  <Line
                    key={person.personId}
                    name={
                      <Link
                        to="/w/$workspaceId/people/$personId"
                        params={{ workspaceId, personId: person.personId }}
                        className="font-medium hover:underline"
                      >
                        {person.name}
                      </Link>
                    }
                  >
                    {first &&
                      t`${plural(days, { one: "# day", other: "# days" })} from ${format.shortDay(first)}`}
                  </Line>
                );
              })}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

interface Ranged {
  range: DashboardRange;
}

export function DemandCard({ demand, range }: Ranged & { demand: DemandReport }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <Card title={t`Upcoming demand`} search={{ report: "demand", ...range }}>
      {demand.rows.length === 0 && <p className="text-muted">{t`No placeholder is booked.`}</p>}
      <ul>
        {demand.rows.slice(0, ROWS_MAX).map((row) => (
          <Line
            key={row.roleId ?? row.name}
            name={
              <ReportLink search={{ report: "candidates", roleId: row.roleId ?? undefined, ...range }}>
                {row.name || t`No role`}
              </ReportLink>
            }
          >
            {format.hours(row.totalMinutes)}
          </Line>
        ))}
      </ul>
    </Card>
  );
}

export function ProjectsCard({ projects, range }: Ranged & { projects: NonNullable<Dashboard["projects"]> }) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  return (
    <Card title={t`Most hours`} search={{ report: "utilisation", by: "project", ...range }}>
      {projects.length === 0 && <p className="text-muted">{t`Nothing is booked.`}</p>}
      <ul>
        {projects.slice(0, ROWS_MAX).map((project) => (
          <Line
            key={project.projectId}
            name={
              <Link
                to="/w/$workspaceId/projects/$projectId"
                params={{ workspaceId, projectId: project.projectId }}
                className="font-medium hover:underline"
              >
                {project.name}
              </Link>
            }
          >
            {format.hours(project.confirmedMinutes)}
            {project.tentativeMinutes > 0 && ` + ${format.hours(project.tentativeMinutes)}`}
          </Line>
        ))}
      </ul>
    </Card>
  );
}

export function BudgetsCard({ range }: Ranged) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const query = useWorkspaceQuery<CostReport>(workspaceId, "derived", "/reports/budget", {
    ...range,
    asOf: useAsOf(),
  });
  return (
    <Card title={t`Budgets at risk`} search={{ report: "budget", ...range }}>
      <Loaded query={query} rows={4}>
        {({ projects }) => {
          const risky = projects.filter(
            (one) =>
              Math.max(one.minutesBasisPoints ?? 0, one.bill.budgetBasisPoints ?? 0) >=
              RISK_FROM_BASIS_POINTS,
          );
          if (risky.length === 0) return <p className="text-muted">{t`Every budget holds.`}</p>;
          return risky.slice(0, ROWS_MAX).map((one) => {
            const share = Math.max(one.minutesBasisPoints ?? 0, one.bill.budgetBasisPoints ?? 0);
            return (
              <Meter
                key={one.projectId}
                label={
                  <Link
                    to="/w/$workspaceId/projects/$projectId"
                    params={{ workspaceId, projectId: one.projectId }}
                    className="hover:underline"
                  >
                    {one.name}
                  </Link>
                }
                basisPoints={share}
                color={share > 10_000 ? "var(--danger)" : "var(--series-3)"}
                text={t`${format.percent(share)} planned`}
              />
            );
          });
        }}
      </Loaded>
    </Card>
  );
}
