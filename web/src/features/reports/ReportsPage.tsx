// Every report as a table over a range, to be read here or taken along as a file.
import { useLingui } from "@lingui/react/macro";
import { download, type Query, workspacePath } from "@/api/client";
import { useWorkspaceQuery } from "@/api/queries";
import { useAsOf } from "@/shared/asOf";
import { addDays, startOfWeek, today } from "@/shared/days";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { Page } from "@/shared/layout/Page";
import { useProblemText } from "@/shared/problems";
import type { ReportSearch } from "@/shared/search";
import { Button } from "@/shared/ui/Button";
import { Menu } from "@/shared/ui/Menu";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { toastFailed } from "@/shared/ui/toast";
import { useSearchState } from "@/shared/useSearchState";
import { useWorkspace } from "@/shared/workspace/context";
import { toChart } from "./chart";
import { ReportChart } from "./ReportChart";
import { ReportFilters } from "./ReportFilters";
import { ReportTableView } from "./ReportTableView";
import { type ReportName, toTable } from "./table";
import { useReportNames, useReportWords } from "./useReportNames";

const WEEKS = 12;

export function ReportsPage() {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const { workspace } = useWorkspace();
  const names = useReportNames();
  const words = useReportWords();
  const [search, change] = useSearchState<ReportSearch>();
  const asOf = useAsOf();
  const [name, title] = names.find(([one]) => one === search.report) ??
    names[0] ?? ["hours" as ReportName, ""];
  const from =
    search.from ?? startOfWeek(today(workspace.settings.timeZone), workspace.settings.firstDayOfWeek);
  const chosen = {
    ...search,
    from,
    to: search.to ?? addDays(from, WEEKS * 7 - 1),
    grain: search.grain ?? "week",
    by: search.by ?? "person",
    hours: search.hours ?? "8",
  };
  const candidates = name === "candidates";
  const asked: Query = {
    from: chosen.from,
    to: chosen.to,
    grain: chosen.grain,
    by: name === "utilisation" ? chosen.by : undefined,
    teamId: chosen.teamId,
    roleId: chosen.roleId,
    skill: candidates ? chosen.skillId : undefined,
    minutesPerDay: candidates ? Number(chosen.hours) * MINUTES_PER_HOUR : undefined,
    includeTentative: chosen.tentative,
    asOf,
  };
  const query = useWorkspaceQuery<unknown>(workspace.id, "derived", `/reports/${name}`, asked);
  const save = (kind: "csv" | "xlsx") =>
    void download(
      workspacePath(workspace.id, `/reports/${name}`),
      { ...asked, format: kind },
      `${name}.${kind}`,
    ).catch((error) => toastFailed(problem(error).title, problem(error).detail));

  return (
    <Page
      title={t`Reports`}
      actions={
        <Menu
          trigger={<Button icon="download">{t`Export`}</Button>}
          groups={[
            {
              items: [
                { id: "csv", label: t`CSV file`, run: () => save("csv") },
                { id: "xlsx", label: t`Excel file`, run: () => save("xlsx") },
                { id: "print", label: t`Print`, run: () => window.print() },
              ],
            },
          ]}
        />
      }
      toolbar={<ReportFilters name={name} search={chosen} change={change} />}
    >
      <Loaded query={query} rows={12}>
        {(report) => {
          const chart = toChart(name, report, words, format);
          const table = toTable(name, report, chosen.by, words, format);
          if (table.rows.length === 0)
            return (
              <EmptyState icon="report" title={t`Nothing in this range`}>
                {t`Choose other days or fewer filters.`}
              </EmptyState>
            );
          return (
            <>
              {chart && <ReportChart chart={chart} title={title} />}
              <ReportTableView title={title} table={table} root={`/w/${workspace.id}`} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
