// A month of the team: people by rows, days by columns, who is away and why.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useIndex, useList } from "@/api/queries";
import type { Id, TimeOff, TimeOffKind } from "@/api/types";
import { addMonths, startOfMonth, today } from "@/shared/days";
import { formatLocale } from "@/shared/i18n";
import { dayToDate, useFormat } from "@/shared/i18n/format";
import { useNames } from "@/shared/names";
import { Button, IconButton } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/classes";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { useWorkspace } from "@/shared/workspace/context";
import { awayByDay, daysOfMonth, holidaysOf, isWeekend, marksOf } from "./month";

interface Props {
  month: string;
  teamId: Id | undefined;
  personId: Id | undefined;
  onMonth: (month: string) => void;
}

const CELL = "h-8 min-w-7 border-s border-line p-0 text-center text-xs";

type Marks = ReadonlyMap<TimeOffKind, string>;

const MARK = "flex h-5 items-center justify-center rounded-sm bg-time-off font-medium text-warn-text";
const PENDING = "tentative-hatch outline-1 -outline-offset-1 outline-warn outline-dashed";

/** What the letters mean, for the eye: each cell says it to a screen reader. */
function Legend({ marks, pending }: { marks: Marks; pending: boolean }) {
  const names = useNames();
  return (
    <ul aria-hidden="true" className="mt-3 flex flex-wrap gap-x-4 gap-y-2 text-xs text-muted">
      {[...marks].map(([kind, mark]) => (
        <li key={kind} className="flex items-center gap-1.5">
          <span className={cx(MARK, "min-w-6 px-1")}>{mark}</span>
          {names.timeOffKind[kind]}
        </li>
      ))}
      {pending && (
        <li className="flex items-center gap-1.5">
          <span className={cx(MARK, PENDING, "min-w-6")} />
          {names.timeOffStatus.pending}
        </li>
      )}
    </ul>
  );
}

function DayCell({
  day,
  away,
  marks,
  holiday,
}: {
  day: string;
  away: TimeOff | undefined;
  marks: Marks;
  holiday: string | undefined;
}) {
  const { t } = useLingui();
  const names = useNames();
  const free = isWeekend(day) || holiday;
  if (!away) return <td className={cx(CELL, free && "bg-sunken")} title={holiday} />;
  const kind = names.timeOffKind[away.kind];
  const status = names.timeOffStatus[away.status];
  return (
    <td className={cx(CELL, free && "bg-sunken")} title={`${kind}, ${status}`}>
      <span className={cx(MARK, "mx-px", away.status === "pending" && PENDING)}>
        <span aria-hidden="true">{marks.get(away.kind)}</span>
        <span className="sr-only">{t`${kind}, ${status}`}</span>
      </span>
    </td>
  );
}

export function TeamCalendar({ month, teamId, personId, onMonth }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const { workspace } = useWorkspace();
  const days = useMemo(() => daysOfMonth(month), [month]);
  const people = useIndex(workspace.id, "people");
  const holidays = useList(workspace.id, "holidays");
  const query = useList(workspace.id, "time-off", { from: days[0], to: days.at(-1), personId });
  const now = today(workspace.settings.timeZone);
  const title = new Intl.DateTimeFormat(formatLocale(), {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(dayToDate(month));
  const regionOf = (id: Id) => people.get(id)?.holidayRegion ?? workspace.settings.holidayRegion;
  return (
    <section aria-label={t`Team calendar`}>
      <div className="mb-3 flex items-center gap-2">
        <IconButton
          icon="back"
          className="rtl:rotate-180"
          label={t`Month before`}
          onClick={() => onMonth(addMonths(month, -1))}
        />
        <h2 className="w-44 text-center font-semibold">{title}</h2>
        <IconButton
          icon="back"
          className="rotate-180 rtl:rotate-0"
          label={t`Month after`}
          onClick={() => onMonth(addMonths(month, 1))}
        />
        <Button look="ghost" onClick={() => onMonth(startOfMonth(now))}>
          {t`Today`}
        </Button>
      </div>
      <Loaded query={query}>
        {(items) => {
          const away = awayByDay(items, days);
          const rows = [...away]
            .map(([id, byDay]) => ({ id, byDay, person: people.get(id) }))
            .filter(({ person }) => person && (!teamId || person.teamIds.includes(teamId)))
            .sort((a, b) => (a.person?.name ?? "").localeCompare(b.person?.name ?? ""));
          if (rows.length === 0)
            return (
              <EmptyState icon="calendar" title={t`Nobody is away in ${title}`}>
                {t`Time off that is approved lowers the capacity of its days.`}
              </EmptyState>
            );
          const shown = rows.flatMap(({ byDay }) => [...byDay.values()]);
          const marks = marksOf(
            shown.map(({ kind }) => kind),
            names.timeOffKind,
          );
          return (
            <>
              <div
                className="relative overflow-x-auto rounded-lg border border-line"
                tabIndex={0}
                role="region"
                aria-label={title}
              >
                <table className="min-w-full border-collapse">
                  <caption className="sr-only">
                    {t`${plural(rows.length, { one: "# person is away", other: "# people are away" })}`}
                  </caption>
                  <thead>
                    <tr>
                      <th className="sticky start-0 z-10 min-w-40 bg-surface px-3 text-start text-sm font-medium text-muted">
                        {t`Person`}
                      </th>
                      {days.map((day) => (
                        <th
                          key={day}
                          scope="col"
                          aria-current={day === now ? "date" : undefined}
                          className={cx(
                            CELL,
                            "font-medium text-muted",
                            isWeekend(day) && "bg-sunken",
                            day === now && "bg-selected text-accent-text",
                          )}
                        >
                          <span aria-hidden="true">{Number(day.slice(8))}</span>
                          <span className="sr-only">{format.day(day)}</span>
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map(({ id, byDay, person }) => {
                      const free = holidaysOf(holidays.data ?? [], regionOf(id));
                      return (
                        <tr key={id} className="border-t border-line">
                          <th
                            scope="row"
                            className="sticky start-0 z-10 max-w-48 truncate bg-surface px-3 text-start font-normal"
                          >
                            <Link
                              to="/w/$workspaceId/people/$personId"
                              params={{ workspaceId: workspace.id, personId: id }}
                              className="hover:underline"
                            >
                              {person?.name}
                            </Link>
                          </th>
                          {days.map((day) => (
                            <DayCell
                              key={day}
                              day={day}
                              away={byDay.get(day)}
                              marks={marks}
                              holiday={free.get(day)}
                            />
                          ))}
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
              <Legend marks={marks} pending={shown.some(({ status }) => status === "pending")} />
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
