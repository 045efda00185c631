// Who is away when: requests to decide on, the team's calendar, and asking for one's own.
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { useOptions } from "@/shared/catalogue";
import { startOfMonth, today } from "@/shared/days";
import { Page } from "@/shared/layout/Page";
import { optionsOf, useNames } from "@/shared/names";
import type { TimeOffSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspace } from "@/shared/workspace/context";
import { RequestDialog } from "./RequestDialog";
import { RequestList } from "./RequestList";
import { TeamCalendar } from "./TeamCalendar";

export function TimeOffPage() {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const can = useCan();
  const names = useNames();
  const personOptions = useOptions(workspace.id, "people");
  const teamOptions = useOptions(workspace.id, "teams");
  const [search, change] = useSearchState<TimeOffSearch>();
  const [asking, setAsking] = useState(false);
  const thisMonth = startOfMonth(today(workspace.settings.timeZone));
  const { status, personId, teamId, from = thisMonth, view } = search;
  const calendar = view === "calendar";
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
      {
        id: "time-off-view",
        label: t`Change between list and team calendar`,
        section: t`Page`,
        icon: "calendar",
        shortcut: "V",
        run: () => change({ view: calendar ? undefined : "calendar" }),
      },
    ],
    [t, calendar, change],
  );
  useActions(actions);

  return (
    <Page
      title={t`Time off`}
      actions={
        <>
          <Button
            icon="calendar"
            aria-pressed={calendar}
            className="aria-pressed:border-accent aria-pressed:bg-selected"
            onClick={() => change({ view: calendar ? undefined : "calendar" })}
          >
            <span className="max-md:sr-only">{t`Team calendar`}</span>
          </Button>
          {can("request-time-off") && (
            <Button look="primary" icon="plus" onClick={() => setAsking(true)}>
              <span className="max-md:sr-only">{t`Ask for time off`}</span>
            </Button>
          )}
        </>
      }
      toolbar={
        <>
          {!calendar && (
            <FilterSelect
              label={t`Status`}
              all={t`All states`}
              value={status}
              options={optionsOf(names.timeOffStatus)}
              onChange={(next) => change({ status: next })}
            />
          )}
          <FilterSelect
            label={t`Team`}
            all={t`All teams`}
            value={teamId}
            options={teamOptions}
            onChange={(next) => change({ teamId: next })}
          />
          <FilterSelect
            label={t`Person`}
            all={t`Everybody`}
            value={personId}
            options={personOptions}
            onChange={(next) => change({ personId: next })}
          />
          {!calendar && (
            <TextField
              hideLabel
              label={t`From`}
              title={t`From`}
              type="date"
              className="w-38"
              value={from}
              onChange={(next) => change({ from: next || undefined })}
            />
          )}
        </>
      }
    >
      {calendar ? (
        <TeamCalendar
          month={startOfMonth(from)}
          teamId={teamId}
          personId={personId}
          onMonth={(month) => change({ from: month })}
        />
      ) : (
        <RequestList status={status} personId={personId} teamId={teamId} from={from} />
      )}
      {asking && <RequestDialog onClose={() => setAsking(false)} />}
    </Page>
  );
}
