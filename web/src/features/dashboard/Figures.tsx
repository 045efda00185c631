// The few numbers on top. Shares say of what; nothing to divide by shows "–".
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Dashboard } from "@/api/reports";
import { useFormat } from "@/shared/i18n/format";
import type { ReportSearch } from "@/shared/search";
import { useWorkspaceId } from "@/shared/workspace/context";
import type { DashboardRange } from "./DashboardPage";

interface Figure {
  label: string;
  value: string;
  note: string;
  search: ReportSearch;
  tone?: string;
}

export function Figures({ dashboard, range }: { dashboard: Dashboard; range: DashboardRange }) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const total = dashboard.hours?.total;
  const used = total?.utilisation;
  const over = dashboard.overbooking;
  const figures: Figure[] = [
    {
      label: t`Utilisation`,
      value: format.percent(used?.basisPoints),
      note: used ? t`${format.hours(used.minutes)} of ${format.hours(used.ofMinutes)}` : "",
      search: { report: "utilisation", by: "team", ...range },
    },
    {
      label: t`Free`,
      value: total ? format.hours(total.freeMinutes) : "–",
      note: total ? t`of ${format.hours(total.capacityMinutes)} available` : "",
      search: { report: "hours", ...range },
    },
    {
      label: t`Tentative`,
      value: total ? format.hours(total.tentativeMinutes) : "–",
      note: t`not counted as used`,
      search: { report: "hours", tentative: true, ...range },
    },
    {
      label: t`Overbooked people`,
      value: over ? format.number(over.people) : "–",
      note: over ? t`on ${plural(over.personDays, { one: "# day", other: "# days" })} in all` : "",
      search: { report: "overbooking", ...range },
      tone: over && over.people > 0 ? "text-danger-text" : undefined,
    },
    {
      label: t`Open demand`,
      value: dashboard.demand ? format.hours(dashboard.demand.totalMinutes) : "–",
      note: t`booked on placeholders`,
      search: { report: "demand", ...range },
    },
  ];
  return (
    <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line md:grid-cols-5 max-md:[&>:last-child]:col-span-2">
      {figures.map((figure) => (
        <li key={figure.label} className="bg-surface">
          <Link
            to="/w/$workspaceId/reports"
            params={{ workspaceId }}
            search={figure.search}
            className="block h-full px-4 py-3 -outline-offset-2 hover:bg-hover"
          >
            <span className="block text-sm text-muted">{figure.label}</span>
            <span className={`block text-2xl font-semibold tabular-nums ${figure.tone ?? ""}`}>
              {figure.value}
            </span>
            <span className="block text-sm text-muted">{figure.note}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
