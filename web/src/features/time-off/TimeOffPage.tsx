// Who is away when: a list by month, requests to decide on, and asking for one's own.
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { useIndex, useList } from "@/api/queries";
import type { TimeOff } from "@/api/types";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { useOptions } from "@/shared/catalogue";
import { startOfMonth, today } from "@/shared/days";
import { formatLocale } from "@/shared/i18n";
import { dayToDate } from "@/shared/i18n/format";
import { Page } from "@/shared/layout/Page";
import { Rows, Section } from "@/shared/layout/Section";
import { optionsOf, useNames } from "@/shared/names";
import type { TimeOffSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { Button } from "@/shared/ui/Button";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { RequestDialog } from "./RequestDialog";
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

export function TimeOffPage() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const can = useCan();
  const names = useNames();
  const people = useIndex(workspaceId, "people");
  const personOptions = useOptions(workspaceId, "people");
  const [search, change] = useSearchState<TimeOffSearch>();
  const [asking, setAsking] = useState(false);
  const { status, personId, from = startOfMonth(today()) } = search;
  const query = useList(workspaceId, "time-off", { status, personId, from });
  const month = new Intl.DateTimeFormat(formatLocale(), { month: "long", year: "numeric", timeZone: "UTC" });
  const actions = useMemo<Action[]>(
    () => [
      {
        id: "request-time-off",
        label: t`Ask for time off`,
        section: t`Page`,
        icon: "plus",
        shortcut: "C",
        permission: "request-time-off",
        run: () => setAsking(true),
      },
    ],
    [t],
  );
  useActions(actions);
  const row = (item: TimeOff) => (
    <TimeOffRow key={item.id} item={item} name={people.get(item.personId)?.name ?? "…"} />
  );

  return (
    <Page
      title={t`Time off`}
      actions={
        can("request-time-off") && (
          <Button look="primary" icon="plus" onClick={() => setAsking(true)}>
            {t`Ask for time off`}
          </Button>
        )
      }
      toolbar={
        <>
          <FilterSelect
            label={t`Status`}
            all={t`All states`}
            value={status}
            options={optionsOf(names.timeOffStatus)}
            onChange={(next) => change({ status: next })}
          />
          <FilterSelect
            label={t`Person`}
            all={t`Everybody`}
            value={personId}
            options={personOptions}
            onChange={(next) => change({ personId: next })}
          />
          <label className="flex items-center gap-2 text-sm text-muted">
            {t`From`}
            <input
              type="date"
              className="h-8 rounded-md border border-line-strong/60 bg-surface px-2 text-base text-text"
              value={from}
              onChange={(event) => change({ from: event.target.value || undefined })}
            />
          </label>
        </>
      }
    >
      <div className="max-w-4xl">
        <Loaded query={query}>
          {(items) => {
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
      {asking && <RequestDialog onClose={() => setAsking(false)} />}
    </Page>
  );
}
