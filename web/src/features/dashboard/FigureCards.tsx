// The charts of the dashboard: hours over time, how busy people are, roles and teams.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { HoursReport, OccupancyReport, RolesReport, UtilisationReport } from "@/api/reports";
import { Meter } from "@/shared/charts/Meter";
import { StackedBars } from "@/shared/charts/StackedBars";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { Card, ReportLink } from "./Card";
import type { DashboardRange } from "./DashboardPage";

interface Ranged {
  range: DashboardRange;
}

const ROWS_MAX = 8;

export function HoursCard({ hours, range }: Ranged & { hours: HoursReport }) {
  const { t } = useLingui();
  const format = useFormat();
  const title = t`Hours used against available`;
  return (
    <Card title={title} search={{ report: "hours", ...range }}>
      <StackedBars
        title={title}
        scale={MINUTES_PER_HOUR}
        format={format.hours}
        lineLabel={t`Available`}
        series={[
          { id: "confirmed", label: t`Confirmed`, color: "var(--series-1)" },
          { id: "tentative", label: t`Tentative`, color: "var(--series-2)", hatched: true },
        ]}
        bars={hours.rows.map((row) => ({
          id: row.from,
          label: format.shortDay(row.from),
          values: { confirmed: row.confirmedMinutes, tentative: row.tentativeMinutes },
          line: row.capacityMinutes,
        }))}
      />
    </Card>
  );
}

export function OccupancyCard({ occupancy, range }: Ranged & { occupancy: OccupancyReport }) {
  const { t } = useLingui();
  const format = useFormat();
  const { total } = occupancy;
  const all = total.busy + total.partlyIdle + total.idle + total.unavailable + total.unknown;
  const busyFrom = format.percent(occupancy.busyFromBasisPoints);
  const parts = [
    { id: "busy", label: t`Busy, from ${busyFrom}`, count: total.busy, color: "var(--series-1)" },
    { id: "partly", label: t`Partly idle`, count: total.partlyIdle, color: "var(--series-6)" },
    { id: "idle", label: t`Idle`, count: total.idle, color: "var(--series-3)" },
    { id: "away", label: t`Away`, count: total.unavailable, color: "var(--series-8)" },
    { id: "unknown", label: t`Unknown working time`, count: total.unknown, color: "var(--series-8)" },
  ].filter((part) => part.count > 0);
  return (
    <Card title={t`Busy, partly idle, idle`} search={{ report: "availability", ...range }}>
      {parts.map((part) => (
        <Meter
          key={part.id}
          label={<ReportLink search={{ report: "availability", ...range }}>{part.label}</ReportLink>}
          color={part.color}
          basisPoints={all > 0 ? (part.count * 10_000) / all : null}
          text={t`${part.count} of ${all}`}
        />
      ))}
      <div className="mt-4">
        <StackedBars
          title={t`Busy, partly idle, idle`}
          height={150}
          format={format.number}
          series={[
            { id: "busy", label: t`Busy`, color: "var(--series-1)" },
            { id: "partlyIdle", label: t`Partly idle`, color: "var(--series-6)" },
            { id: "idle", label: t`Idle`, color: "var(--series-3)" },
          ]}
          bars={occupancy.rows.map((row) => ({
            id: row.from,
            label: format.shortDay(row.from),
            values: { busy: row.busy, partlyIdle: row.partlyIdle, idle: row.idle },
          }))}
        />
      </div>
    </Card>
  );
}

export function RolesCard({ roles, range }: Ranged & { roles: RolesReport }) {
  const { t } = useLingui();
  const format = useFormat();
  const rows = [...roles.rows].sort((a, b) => b.total.people - a.total.people).slice(0, ROWS_MAX);
  return (
    <Card title={t`People per role`} search={{ report: "people-per-role", ...range }}>
      {rows.map((row) => (
        <Meter
          key={row.roleId ?? "none"}
          label={
            <ReportLink
              search={{ report: "utilisation", by: "person", roleId: row.roleId ?? undefined, ...range }}
            >
              {row.name || t`No role`}
            </ReportLink>
          }
          basisPoints={row.total.utilisation.basisPoints}
          text={t`${plural(row.total.people, { one: "# person", other: "# people" })}, ${format.percent(row.total.utilisation.basisPoints)} used`}
        />
      ))}
      {rows.length === 0 && <p className="text-muted">{t`Nobody has a role yet.`}</p>}
    </Card>
  );
}

export function TeamsCard({ teams, range }: Ranged & { teams: UtilisationReport }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <Card title={t`Utilisation by team`} search={{ report: "utilisation", by: "team", ...range }}>
      {teams.rows.slice(0, ROWS_MAX).map((row) => (
        <Meter
          key={row.id ?? "none"}
          label={
            <ReportLink
              search={{ report: "utilisation", by: "person", teamId: row.id ?? undefined, ...range }}
            >
              {row.name || t`No team`}
            </ReportLink>
          }
          color="var(--series-2)"
          basisPoints={row.total.basisPoints}
          text={`${format.percent(row.total.basisPoints)} · ${format.hours(row.total.minutes)} / ${format.hours(row.total.ofMinutes)}`}
        />
      ))}
      {teams.rows.length === 0 && <p className="text-muted">{t`There are no teams yet.`}</p>}
    </Card>
  );
}
