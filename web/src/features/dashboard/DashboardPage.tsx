// How full the company is: the figures of the next weeks, each with a way to the rows behind it.
import { useLingui } from "@lingui/react/macro";
import { useWorkspaceQuery } from "@/api/queries";
import type { Dashboard } from "@/api/reports";
import { useAsOf } from "@/shared/asOf";
import { useSeesMoney } from "@/shared/catalogue";
import { addDays, startOfWeek, today } from "@/shared/days";
import { useFormat } from "@/shared/i18n/format";
import { Page } from "@/shared/layout/Page";
import { Badge } from "@/shared/ui/Badge";
import { Select } from "@/shared/ui/Field";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { useSearchState } from "@/shared/useSearchState";
import { useWorkspace } from "@/shared/workspace/context";
import { FirstSteps } from "@/shared/workspace/FirstSteps";
import { HoursCard, OccupancyCard, RolesCard, TeamsCard } from "./FigureCards";
import { Figures } from "./Figures";
import { BudgetsCard, DemandCard, OverbookedCard, ProjectsCard } from "./ListCards";

const WEEKS = [4, 8, 12, 26];
const WEEKS_SHOWN_FIRST = 12;

export interface DashboardRange {
  from: string;
  to: string;
}

export function DashboardPage() {
  const { t } = useLingui();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const seesMoney = useSeesMoney(workspace.id);
  const asOf = useAsOf();
  const [search, change] = useSearchState<{ weeks?: number }>();
  const weeks = WEEKS.find((count) => count === search.weeks) ?? WEEKS_SHOWN_FIRST;
  const from = startOfWeek(today(workspace.settings.timeZone), workspace.settings.firstDayOfWeek);
  const range: DashboardRange = { from, to: addDays(from, weeks * 7 - 1) };
  const grain = weeks > 12 ? "month" : "week";
  const query = useWorkspaceQuery<Dashboard>(workspace.id, "derived", "/dashboard", {
    ...range,
    grain,
    includeTentative: true,
    asOf,
  });

  return (
    <Page
      title={t`Dashboard`}
      beside={
        <span className="max-md:hidden">
          <Badge>{format.range(range.from, range.to)}</Badge>
        </span>
      }
      actions={
        <Select
          hideLabel
          label={t`Range`}
          value={String(weeks)}
          options={WEEKS.map((count) => ({ value: String(count), label: t`Next ${count} weeks` }))}
          onChange={(value) => change({ weeks: Number(value) })}
        />
      }
    >
      <Loaded query={query} rows={12}>
        {(dashboard) =>
          dashboard.hours?.people === 0 ? (
            <EmptyState icon="dashboard" title={t`Nothing to show yet`} action={<FirstSteps />}>
              {t`Add people with their working time and book them on projects.`}
            </EmptyState>
          ) : (
            <div className="flex flex-col gap-4">
              <Figures dashboard={dashboard} range={range} />
              <div className="grid gap-4 xl:grid-cols-3">
                <div className="xl:col-span-2">
                  {dashboard.hours && <HoursCard hours={dashboard.hours} range={range} />}
                </div>
                {dashboard.occupancy && <OccupancyCard occupancy={dashboard.occupancy} range={range} />}
              </div>
              <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
                <OverbookedCard from={from} />
                {dashboard.roles && <RolesCard roles={dashboard.roles} range={range} />}
                {dashboard.demand && <DemandCard demand={dashboard.demand} range={range} />}
                {dashboard.teams && <TeamsCard teams={dashboard.teams} range={range} />}
                {dashboard.projects && <ProjectsCard projects={dashboard.projects} range={range} />}
                {seesMoney && <BudgetsCard range={range} />}
              </div>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
