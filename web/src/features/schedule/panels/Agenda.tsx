/** The plan on a phone: day by day, who is on what. */
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { Button } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/states";
import { projectColor } from "../grid/color";
import type { Bar, Day, Person, Project } from "../model";
import { isWeekend } from "../time/days";
import type { Row, TrackRow } from "../view/rows";
import { useEffortText } from "../view/useEffortText";
import { ColorDot } from "./ColorDot";

const DAYS = 14;
const PEOPLE_FIRST = 30;

interface Props {
  rows: readonly Row[];
  from: Day;
  today: Day;
  dayName: (day: Day) => string;
  people: ReadonlyMap<string, Person>;
  projects: ReadonlyMap<string, Project>;
  onOpen: (bar: Bar) => void;
}

interface Line {
  row: TrackRow;
  bars: Bar[];
  away: boolean;
}

export function Agenda({ rows, from, today, dayName, people, projects, onOpen }: Props) {
  const { t } = useLingui();
  const [limit, setLimit] = useState(PEOPLE_FIRST);
  const tracks = useMemo(() => unique(rows), [rows]);
  const shown = tracks.slice(0, limit);
  const days = Array.from({ length: DAYS }, (_, at) => from + at).filter((day) => !isWeekend(day));
  if (tracks.length === 0) return <EmptyState icon="calendar" title={t`Nobody to show`} />;
  return (
    <section className="min-h-0 flex-1 overflow-y-auto" aria-label={t`Agenda`} tabIndex={0}>
      {days.map((day) => (
        <section key={day} aria-label={dayName(day)}>
          <h2 className="sticky top-0 z-10 border-b border-line bg-sunken px-4 py-1.5 text-sm font-semibold">
            {dayName(day)}
            {day === today && <span className="ms-2 text-xs text-accent-text">{t`Today`}</span>}
          </h2>
          <ul>
            {linesOn(shown, day).map((line) => (
              <AgendaLine key={line.row.key} line={line} {...{ people, projects, onOpen }} />
            ))}
          </ul>
        </section>
      ))}
      {tracks.length > limit && (
        <div className="p-4 text-center">
          <Button onClick={() => setLimit((now) => now + PEOPLE_FIRST)}>{t`Show more people`}</Button>
        </div>
      )}
    </section>
  );
}

function AgendaLine({
  line,
  people,
  projects,
  onOpen,
}: { line: Line } & Pick<Props, "people" | "projects" | "onOpen">) {
  const { t } = useLingui();
  const effortText = useEffortText();
  return (
    <li className="flex gap-3 border-b border-line px-4 py-2">
      <span className="w-28 shrink-0 truncate pt-1 font-medium">
        {line.row.person?.name ?? line.row.project?.name}
      </span>
      <span className="flex min-w-0 flex-1 flex-col items-start">
        {line.away && <span className="py-1 text-sm text-muted">{t`Away`}</span>}
        {line.bars.map((bar) => (
          <button
            key={bar.id}
            type="button"
            className="flex min-h-7 max-w-full items-center gap-2 text-start"
            onClick={() => onOpen(bar)}
          >
            <ColorDot color={projectColor(projects.get(bar.projectId))} hollow={bar.tentative} />
            <span className="truncate">
              {line.row.person
                ? (projects.get(bar.projectId)?.name ?? "")
                : (people.get(bar.personId)?.name ?? "")}
            </span>
            <span className="text-sm whitespace-nowrap text-muted">
              {effortText(bar.effort)}
              {bar.tentative && ` · ${t`tentative`}`}
            </span>
          </button>
        ))}
      </span>
    </li>
  );
}

function unique(rows: readonly Row[]): TrackRow[] {
  const seen = new Set<string>();
  return rows.filter(
    (row): row is TrackRow => row.kind === "track" && !seen.has(row.id) && seen.add(row.id) !== undefined,
  );
}

function linesOn(rows: readonly TrackRow[], day: Day): Line[] {
  return rows
    .map((row) => ({
      row,
      bars: row.bars.filter((bar) => bar.from <= day && day <= bar.to),
      away: row.track.away.some((one) => one.from <= day && day <= one.to && one.minutesPerDay === null),
    }))
    .filter((line) => line.bars.length > 0 || line.away);
}
