/** The plan on screen as a plain table: for screen readers, for copying, for printing. */
import { useLingui } from "@lingui/react/macro";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/states";
import type { Wording } from "../grid/frame";
import type { Bar, Day, Person, Project } from "../model";
import type { Row, TrackRow } from "../view/rows";
import { useEffortText } from "../view/useEffortText";

const ROWS_MAX = 500;

interface Props {
  rows: readonly Row[];
  range: { from: Day; to: Day };
  wording: Wording;
  people: ReadonlyMap<string, Person>;
  projects: ReadonlyMap<string, Project>;
  onOpen: (bar: Bar) => void;
}

export function TableView({ rows, range, wording, people, projects, onOpen }: Props) {
  const { t } = useLingui();
  const effortText = useEffortText();
  const lines = linesOf(rows, range);
  const shown = lines.slice(0, ROWS_MAX);
  if (lines.length === 0) {
    return (
      <EmptyState icon="calendar" title={t`Nothing is booked here`}>
        {t`Another range or fewer filters may show more.`}
      </EmptyState>
    );
  }
  return (
    <section
      className="min-h-0 flex-1 overflow-auto print:overflow-visible"
      aria-label={t`Assignments as a table`}
      tabIndex={0}
    >
      <table className="w-full border-collapse text-start">
        <caption className="px-4 py-2 text-start text-sm text-muted">
          {wording.range(range.from, range.to)} · {t`${shown.length} of ${lines.length}`}
        </caption>
        <thead className="sticky top-0 bg-surface">
          <tr className="text-sm text-muted">
            {[t`Person`, t`Project`, t`When`, t`Effort`, t`State`].map((name) => (
              <th key={name} scope="col" className="border-b border-line px-4 py-2 text-start font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ row, bar }) => (
            <tr key={`${row.key}${bar.id}`} className="border-b border-line">
              <th scope="row" className="max-w-56 truncate px-4 py-1.5 text-start font-medium">
                {people.get(bar.personId)?.name}
              </th>
              <td className="px-4 py-1.5">
                <Button look="ghost" className="-ms-3 max-w-72" onClick={() => onOpen(bar)}>
                  <span className="truncate">{projects.get(bar.projectId)?.name ?? t`Unknown project`}</span>
                </Button>
              </td>
              <td className="px-4 py-1.5 whitespace-nowrap tabular-nums">
                {wording.range(bar.from, bar.to)}
              </td>
              <td className="px-4 py-1.5">{effortText(bar.effort)}</td>
              <td className="px-4 py-1.5">
                {bar.tentative ? (
                  <Badge tone="warn">{t`Tentative`}</Badge>
                ) : (
                  <Badge tone="good">{t`Confirmed`}</Badge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function linesOf(rows: readonly Row[], range: { from: Day; to: Day }): { row: TrackRow; bar: Bar }[] {
  const inRange = (bar: Bar) => bar.from <= range.to && bar.to >= range.from;
  return rows.flatMap((row) =>
    row.kind === "track" ? row.bars.filter(inRange).map((bar) => ({ row, bar })) : [],
  );
}
