// Time off as a list: what waits for a decision first, the rest by month.
import { useLingui } from "@lingui/react/macro";
import { useIndex, useList } from "@/api/queries";
import type { Id, TimeOff } from "@/api/types";
import { startOfMonth } from "@/shared/days";
import { formatLocale } from "@/shared/i18n";
import { dayToDate } from "@/shared/i18n/format";
import { Rows, Section } from "@/shared/layout/Section";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { useWorkspaceId } from "@/shared/workspace/context";
import { TimeOffRow } from "./TimeOffRow";

/** By the month in which it begins, in order. */
export function byMonth(items: readonly TimeOff[]): [string, TimeOff[]][] {
  const months = new Map<string, TimeOff[]>();
  for (const item of [...items].sort((a, b) => a.startsOn.localeCompare(b.startsOn))) {
    const month = startOfMonth(item.startsOn);
    months.set(month, [...(months.get(month) ?? []), item]);
  }
  return [...months];
}

interface Props {
  status: string | undefined;
  personId: Id | undefined;
  teamId: Id | undefined;
  from: string;
}

export function RequestList({ status, personId, teamId, from }: Props) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const people = useIndex(workspaceId, "people");
  const query = useList(workspaceId, "time-off", { status, personId, from });
  const month = new Intl.DateTimeFormat(formatLocale(), { month: "long", year: "numeric", timeZone: "UTC" });
  const row = (item: TimeOff) => <TimeOffRow key={item.id} item={item} person={people.get(item.personId)} />;
  return (
    <div className="max-w-4xl">
      <Loaded query={query}>
        {(all) => {
          const items = all.filter((item) => !teamId || people.get(item.personId)?.teamIds.includes(teamId));
          const pending = items.filter((item) => item.status === "pending");
          const rest = items.filter((item) => item.status !== "pending");
          if (items.length === 0)
            return (
              <EmptyState icon="calendar" title={t`Nobody is away`}>
                {t`Time off that is approved lowers the capacity of its days.`}
              </EmptyState>
            );
          return (
            <>
              {pending.length > 0 && (
                <Section title={t`Waiting for a decision`}>
                  <Rows empty="">{pending.map(row)}</Rows>
                </Section>
              )}
              {byMonth(rest).map(([first, group]) => (
                <Section key={first} title={month.format(dayToDate(first))}>
                  <Rows empty="">{group.map(row)}</Rows>
                </Section>
              ))}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
