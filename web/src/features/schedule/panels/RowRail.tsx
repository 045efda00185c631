/** The mini-map of the rows: a frame around the people, or projects, that are on screen, among all of them. */
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { GEOMETRY } from "../layout/geometry";
import { railBox, topAfterKey, topForMiddle } from "../layout/rail";
import type { ScheduleModel } from "../useSchedulePage";
import type { Row } from "../view/rows";

/** How many tracks stand before each row, to count people and not rows. */
function tracksBefore(rows: readonly Row[]): Int32Array {
  const before = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => {
    before[at + 1] = (before[at] ?? 0) + (row.kind === "track" ? 1 : 0);
  });
  return before;
}

/** The frame follows the grid in the same frame, past React. */
function useFrame(model: ScheduleModel, railHeight: number) {
  const { t } = useLingui();
  const frame = useRef<HTMLDivElement>(null);
  const { grid, watch, rows } = model;
  const tracks = useMemo(() => tracksBefore(rows), [rows]);
  const place = useCallback(() => {
    const element = frame.current;
    const now = grid.current?.rowsOnScreen();
    if (!element || !now) return;
    const box = railBox(railHeight, now.sight);
    element.style.transform = `translateY(${box.y}px)`;
    element.style.height = `${box.height}px`;
    const all = tracks[rows.length] ?? 0;
    const first = Math.min((tracks[now.first] ?? 0) + 1, all);
    const last = tracks[now.last + 1] ?? 0;
    element.setAttribute("aria-valuemax", String(Math.max(all, 1)));
    element.setAttribute("aria-valuenow", String(Math.max(first, 1)));
    element.setAttribute("aria-valuetext", t`${first} to ${last} of ${all}`);
  }, [grid, rows, tracks, railHeight, t]);
  useEffect(() => place(), [place]);
  useEffect(() => watch(place), [watch, place]);
  return frame;
}

export function RowRail({ model, height }: { model: ScheduleModel; height: number }) {
  const { t } = useLingui();
  const rail = useRef<HTMLDivElement>(null);
  const frame = useFrame(model, height);
  const { grid, view } = model;
  const sight = () => grid.current?.rowsOnScreen()?.sight;
  const point = (event: PointerEvent) => {
    const now = sight();
    const top = rail.current?.getBoundingClientRect().top ?? 0;
    if (now) grid.current?.scrollToTop(topForMiddle(height, event.clientY - top, now));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = sight();
    const top = now ? topAfterKey(event.key, GEOMETRY.minRowHeight, now) : null;
    if (top === null) return;
    event.preventDefault();
    grid.current?.scrollToTop(top);
  };
  return (
    <div
      ref={rail}
      style={{ height }}
      className="relative w-6 shrink-0 touch-none border-s border-line bg-sunken"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && point(event)}
    >
      <div
        ref={frame}
        role="slider"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={view.subject === "people" ? t`People on screen` : t`Projects on screen`}
        aria-valuemin={1}
        aria-valuemax={1}
        aria-valuenow={1}
        className="absolute inset-x-0 top-0 cursor-grab rounded-sm border-2 border-accent bg-accent/10"
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
