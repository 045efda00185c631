// How a project uses up its budget: hours and money planned so far and to come, month by month.
import { useLingui } from "@lingui/react/macro";
import { useWorkspaceQuery } from "@/api/queries";
import type { CostReport, DemandReport, HoursReport } from "@/api/reports";
import type { Project } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { Meter } from "@/shared/charts/Meter";
import { StackedBars } from "@/shared/charts/StackedBars";
import { addMonths, startOfMonth, today } from "@/shared/days";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { Section } from "@/shared/layout/Section";
import { Loaded } from "@/shared/ui/states";
import { useCanOn, useWorkspace } from "@/shared/workspace/context";
import { grown, monthsWithin } from "./burn";

const FULL = 10_000;
const YEAR_MONTHS = 12;

/** From the first month of the project to its last; a year from now on where none is given. */
function rangeOf(project: Project, now: string) {
  const from = startOfMonth(project.startsOn ?? addMonths(now, -YEAR_MONTHS / 2));
  return { from, to: project.endsOn ?? addMonths(from, 2 * YEAR_MONTHS) };
}

export function BurnSection({ project }: { project: Project }) {
  const { t } = useLingui();
  const format = useFormat();
  const can = useCanOn();
  const { workspace } = useWorkspace();
  const range = rangeOf(project, today(workspace.settings.timeZone));
  const asked = { ...range, projectId: project.id, includeTentative: true, asOf: useAsOf() };
  const cost = useWorkspaceQuery<CostReport>(
    workspace.id,
    "derived",
    "/reports/budget",
    asked,
    can("read-money", project.managerIds),
  );
  const byMonth = { ...asked, grain: "month" };
  const hours = useWorkspaceQuery<HoursReport>(workspace.id, "derived", "/reports/hours", byMonth);
  const one = cost.data?.projects.find((each) => each.projectId === project.id);
  const demand = useWorkspaceQuery<DemandReport>(workspace.id, "derived", "/reports/demand", byMonth);
  const money = one?.bill.totals.map(format.money).join(" + ") ?? "";
  const limit = one?.budget.minutes ?? null;
  return (
    <Section title={t`Budget burn`} hint={t`All bookings of the project, tentative ones too.`}>
      {one?.budget.minutes ? (
        <Meter
          label={t`Hours`}
          basisPoints={one.minutesBasisPoints ?? null}
          color={(one.minutesBasisPoints ?? 0) > FULL ? "var(--danger)" : undefined}
          text={t`${format.hours(one.minutes)} of ${format.hours(one.budget.minutes)} (${format.percent(one.minutesBasisPoints)})`}
        />
      ) : null}
      {one?.budget.amount ? (
        <Meter
          label={t`Money`}
          basisPoints={one.bill.budgetBasisPoints ?? null}
          color={(one.bill.budgetBasisPoints ?? 0) > FULL ? "var(--danger)" : "var(--series-2)"}
          text={t`${money} of ${format.money(one.budget.amount)} (${format.percent(one.bill.budgetBasisPoints)})`}
        />
      ) : null}
      <Loaded query={hours} rows={4}>
        {({ rows }) => {
          const confirmed = grown(rows.map((row) => row.confirmedMinutes));
          const tentative = grown(rows.map((row) => row.tentativeMinutes));
          const open = grown(rows.map((_, at) => demand.data?.minutes[at] ?? 0));
          const sums = [confirmed, tentative, open];
          if (sums.every((one) => (one.at(-1) ?? 0) === 0))
            return <p className="text-muted">{t`Nothing is booked.`}</p>;
          const within = monthsWithin(sums);
          const first = project.startsOn ? 0 : within.from;
          const end = project.endsOn ? rows.length : within.to;
          return (
            <div className="mt-3">
              <StackedBars
                title={t`Hours since the beginning`}
                height={180}
                scale={MINUTES_PER_HOUR}
                format={format.hours}
                lineLabel={limit ? t`Budget` : undefined}
                series={[
                  { id: "confirmed", label: t`Confirmed`, color: "var(--series-1)" },
                  { id: "tentative", label: t`Tentative`, color: "var(--series-2)", hatched: true },
                  { id: "open", label: t`Open demand`, color: "var(--series-3)" },
                ]}
                bars={rows
                  .map((row, at) => ({
                    id: row.from,
                    label: format.shortDay(row.from),
                    values: {
                      confirmed: confirmed[at] ?? 0,
                      tentative: tentative[at] ?? 0,
                      open: open[at] ?? 0,
                    },
                    line: limit ?? undefined,
                  }))
                  .slice(first, end)}
              />
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}
