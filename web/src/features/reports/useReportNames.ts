// The reports that somebody may see, and the words of their tables.
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { useSeesMoney } from "@/shared/catalogue";
import { useWorkspaceId } from "@/shared/workspace/context";
import { useReasonText } from "./reasons";
import type { ReportName, Words } from "./table";

export function useReportNames(): [ReportName, string][] {
  const { t } = useLingui();
  const seesMoney = useSeesMoney(useWorkspaceId());
  const all: [ReportName, string][] = [
    ["hours", t`Hours used against available`],
    ["utilisation", t`Utilisation`],
    ["availability", t`Busy, partly idle, idle`],
    ["people-per-role", t`People per role`],
    ["idleness-per-role", t`Idleness per role`],
    ["overbooking", t`Overbooking`],
    ["demand", t`Demand of placeholders`],
    ["candidates", t`Who could take this?`],
    ["budget", t`Budget, cost and bill`],
  ];
  return seesMoney ? all : all.filter(([name]) => name !== "budget");
}

export function useReportWords(): Words {
  const { t } = useLingui();
  const reason = useReasonText(useWorkspaceId());
  return useMemo(
    () => ({
      period: t`Period`,
      name: t`Name`,
      total: t`Total`,
      contracted: t`Contracted`,
      holidays: t`Holidays`,
      timeOff: t`Time off`,
      capacity: t`Capacity`,
      confirmed: t`Confirmed`,
      tentative: t`Tentative`,
      free: t`Free`,
      utilisation: t`Utilisation`,
      state: t`State`,
      days: t`Overbooked days`,
      planned: t`Planned`,
      budget: t`Budget`,
      cost: t`Cost`,
      bill: t`Bill`,
      none: t`None`,
      other: t`Other`,
      excess: t`Over capacity`,
      rank: t`Rank`,
      reasons: t`Reasons`,
      reason,
      occupancy: {
        busy: t`Busy`,
        "partly-idle": t`Partly idle`,
        idle: t`Idle`,
        unavailable: t`Away`,
        unknown: t`Unknown working time`,
      },
    }),
    [t, reason],
  );
}
