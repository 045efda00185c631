/** The plan on paper: every row that the filters leave, with the days that are on screen across the width of the sheet. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useWorkspace } from "@/shared/workspace/context";
import "../grid/paper.css";
import { projectColor } from "../grid/color";
import { packLanes } from "../layout/lanes";
import type { Day } from "../model";
import type { ScheduleModel } from "../useSchedulePage";
import type { GroupRow, TrackRow } from "../view/rows";

const ROWS_MAX = 600;
const LANE_PX = 17;

interface Range {
  readonly from: Day;
  readonly to: Day;
}

/** Left edge and width of days in per cent of the sheet's time column. */
function across(range: Range, from: Day, until: Day): { left: string; width: string } {
  const days = range.to - range.from + 1;
  const start = Math.max(from - range.from, 0);
  const end = Math.min(until - range.from, days);
  return { left: `${(100 * start) / days}%`, width: `${(100 * Math.max(end - start, 0)) / days}%` };
}

export function PrintView({ model }: { model: ScheduleModel }) {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const { rows, screen, wording, axis } = model;
  const shown = rows.slice(0, ROWS_MAX);
  const { upper, lower } = axis.header.cells(axis.scale.zoom, screen.from, screen.to);
  const left = rows.length - shown.length;
  return (
    <section className="sg-paper" aria-label={t`Schedule`}>
      <h2 className="px-2 py-1 text-sm">
        {workspace.name} · {wording.range(screen.from, screen.to)}
      </h2>
      <table className="w-full table-fixed border-collapse text-xs">
        <thead>
          <tr>
            <th className="w-44" />
            <th className="sg-paper-head">
              {[upper, lower].map((cells, line) => (
                <div key={line === 0 ? "upper" : "lower"} className="relative h-4">
                  {cells.map((cell) => (
                    <span
                      key={cell.from}
                      className="sg-paper-cell"
                      style={across(screen, cell.from, cell.until)}
                    >
                      {cell.label}
                    </span>
                  ))}
                </div>
              ))}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) =>
            row.kind === "group" ? (
              <PaperGroup key={row.key} row={row} name={wording.group(row).name} />
            ) : (
              <PaperRow key={row.key} row={row} model={model} />
            ),
          )}
        </tbody>
      </table>
      {left > 0 && <p className="p-2">{plural(left, { one: "and # more", other: "and # more" })}</p>}
    </section>
  );
}

function PaperGroup({ row, name }: { row: GroupRow; name: string }) {
  return (
    <tr className="sg-paper-row">
      <th colSpan={2} scope="rowgroup" className="bg-sunken px-2 py-1 text-start">
        {name} · {row.count}
      </th>
    </tr>
  );
}

function PaperRow({ row, model }: { row: TrackRow; model: ScheduleModel }) {
  const { screen, wording, projects } = model;
  const bars = row.bars.filter((bar) => bar.from <= screen.to && bar.to >= screen.from);
  const lanes = packLanes(bars);
  const away = row.track.away.filter((one) => one.from <= screen.to && one.to >= screen.from);
  return (
    <tr className="sg-paper-row">
      <th scope="row" className="truncate px-2 py-0.5 text-start font-medium">
        {wording.track(row).name}
      </th>
      <td className="relative p-0" style={{ height: Math.max(lanes.count, 1) * LANE_PX + 4 }}>
        {away.map((one) => (
          <span
            key={`${one.from}${one.kind}`}
            className="sg-paper-away"
            style={across(screen, one.from, one.to + 1)}
          />
        ))}
        {bars.map((bar, at) => (
          <span
            key={bar.id}
            className={bar.tentative ? "sg-paper-bar is-tentative" : "sg-paper-bar"}
            style={{
              ...across(screen, bar.from, bar.to + 1),
              top: 2 + (lanes.lane[at] as number) * LANE_PX,
              ["--c" as string]: projectColor(projects.get(bar.projectId)),
            }}
          >
            {wording.bar(bar, row).text}
          </span>
        ))}
      </td>
    </tr>
  );
}
