/**
 * The mini-map: how full everybody in sight is, week by week over the whole axis, with a frame around the days on
 * screen, and beside it a rail with a frame around the rows.
 */
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { useWorkspaceQuery } from "@/api/queries";
import { useWidth } from "@/shared/charts/useWidth";
import {
  type Domain,
  dayAfterKey,
  dayForMiddle,
  frameBox,
  pixelOfDay,
  type WeekLoad,
  weekPaths,
} from "../layout/overview";
import type { Day } from "../model";
import { formatDay, parseDay } from "../time/days";
import type { HeaderCell } from "../time/header";
import type { ScheduleModel } from "../useSchedulePage";
import { RowRail } from "./RowRail";

const HEIGHT = 48;
const TEXT_HEIGHT = 12;
/** A quarter's name needs as much room. */
const NAME_PX = 52;

interface HoursRow extends Omit<WeekLoad, "from" | "to"> {
  from: string;
  to: string;
}

function useWeeks({ plan, view, axis }: ScheduleModel, workspaceId: string) {
  const { scale } = axis;
  const domain = useMemo<Domain>(() => ({ from: scale.origin, to: scale.origin + scale.days - 1 }), [scale]);
  const query = {
    from: formatDay(domain.from),
    to: formatDay(domain.to),
    grain: "week",
    teamId: view.teams,
    roleId: view.roles,
    skillId: view.skills,
    projectId: view.projects,
    includeTentative: view.tentative,
    includePending: true,
    asOf: view.asOf,
  };
  const ready = plan.state.schedule !== null;
  const { data } = useWorkspaceQuery<{ rows: HoursRow[] }>(
    workspaceId,
    "derived",
    "/reports/hours",
    query,
    ready,
  );
  const rows = data?.rows;
  const weeks = useMemo(
    () => (rows ?? []).map((row) => ({ ...row, from: parseDay(row.from), to: parseDay(row.to) })),
    [rows],
  );
  return { domain, weeks };
}

/** The frame follows the grid in the same frame, past React. */
function useFrame(model: ScheduleModel, domain: Domain, width: number) {
  const frame = useRef<HTMLDivElement>(null);
  const { watch, screen, wording } = model;
  const place = useCallback(
    (now: { from: Day; to: Day }) => {
      const element = frame.current;
      if (!element) return;
      const box = frameBox(domain, width, now);
      element.style.transform = `translateX(${box.x}px)`;
      element.style.width = `${box.width}px`;
      element.setAttribute("aria-valuenow", String(now.from - domain.from));
      element.setAttribute("aria-valuetext", wording.range(now.from, now.to));
    },
    [domain, width, wording],
  );
  useEffect(() => place(screen), [place, screen]);
  useEffect(() => watch(place), [watch, place]);
  return frame;
}

function quartersOf(cells: readonly HeaderCell[], domain: Domain, width: number) {
  return cells.map(({ from, until, label }) => {
    const x = pixelOfDay(domain, width, from);
    const space = pixelOfDay(domain, width, until) - x;
    if (space >= NAME_PX) return { from, label, x };
    // Too narrow for quarters: the year, where it begins.
    const [year, month] = formatDay(from).split("-");
    return { from, label: month === "01" && 4 * space >= NAME_PX ? year : "", x };
  });
}

export function Overview({ model, workspaceId }: { model: ScheduleModel; workspaceId: string }) {
  const { t } = useLingui();
  const [map, width] = useWidth<HTMLDivElement>();
  const { domain, weeks } = useWeeks(model, workspaceId);
  const frame = useFrame(model, domain, width);
  const { goTo, hold, axis } = model;
  const paths = useMemo(
    () => weekPaths(weeks, domain, { width, height: HEIGHT - TEXT_HEIGHT }),
    [weeks, domain, width],
  );
  const quarters = useMemo(
    () => quartersOf(axis.header.cells("quarter", domain.from, domain.to).upper, domain, width),
    [axis.header, domain, width],
  );
  const now = () => model.grid.current?.daysOnScreen() ?? model.screen;

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const left = map.current?.getBoundingClientRect().left ?? 0;
    goTo(dayForMiddle(domain, width, event.clientX - left, now()));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const day = dayAfterKey(event.key, domain, now());
    if (day === null) return;
    event.preventDefault();
    goTo(day);
  };
  return (
    <div className="no-print flex shrink-0 border-t border-line bg-surface" dir="ltr">
      <div className="flex w-58 shrink-0 max-md:w-33 border-e border-line">
        <p className="flex min-w-0 flex-1 items-center px-3 text-xs text-muted">{t`Overview`}</p>
        <RowRail model={model} height={HEIGHT} />
      </div>
      <div
        ref={map}
        className="relative min-w-0 flex-1 touch-none"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          hold(true);
          point(event);
        }}
        onPointerMove={(event) => event.buttons === 1 && point(event)}
        onPointerUp={() => hold(false)}
        onPointerCancel={() => hold(false)}
      >
        <svg aria-hidden="true" width={width} height={HEIGHT} className="block">
          <path
            d={quarters.map(({ x }) => `M${Math.round(x) + 0.5} 0v${HEIGHT}`).join("")}
            className="stroke-line"
          />
          {quarters.map(
            ({ from, label, x }) =>
              label && (
                <text key={from} x={x + 4} y={9} className="fill-muted text-[10px]">
                  {label}
                </text>
              ),
          )}
          <g transform={`translate(0 ${TEXT_HEIGHT})`}>
            <path d={paths.confirmed} className="fill-load-mid" />
            <path d={paths.tentative} className="fill-load-low" />
            <path d={paths.over} className="fill-load-over" />
          </g>
          <path d={`M${pixelOfDay(domain, width, axis.today)} 0v${HEIGHT}`} className="stroke-today" />
        </svg>
        <div
          ref={frame}
          role="slider"
          tabIndex={0}
          aria-label={t`Days on screen`}
          aria-valuemin={0}
          aria-valuemax={domain.to - domain.from}
          aria-valuenow={0}
          className="absolute inset-y-0 start-0 cursor-grab rounded-sm border-2 border-accent bg-accent/10"
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
