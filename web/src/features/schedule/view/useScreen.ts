/** What the grid shows just now, and what follows from it: which days to load, which loads, what the address says. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Plan } from "../data/usePlan";
import type { GridHandle } from "../grid/ScheduleGrid";
import type { Day } from "../model";
import { stripGrain } from "../time/scale";
import type { Row } from "./rows";
import type { TimeAxis } from "./useTimeScale";
import type { ChangeView } from "./useView";
import type { ViewState } from "./viewState";

const ADDRESS_AFTER_MS = 400;
const PAUSE_MS = 120;
/** Before the grid stands, as many days are loaded as a wide screen shows. */
const FIRST_SCREEN_PX = 1400;

export interface Screen {
  readonly from: Day;
  readonly to: Day;
}

export interface ScreenOfPage {
  /** A moment after the eye has stopped. */
  readonly screen: Screen;
  /** Hears at once what is on screen while it moves. */
  watch(listener: (screen: Screen) => void): () => void;
  /** While the mini-map is dragged the axis stands still, and plans are read only where one pauses. */
  hold(on: boolean): void;
  onView(): void;
  goTo(day: Day): void;
}

export function useScreen(
  grid: RefObject<GridHandle | null>,
  plan: Plan,
  view: ViewState,
  axis: TimeAxis,
  rows: readonly Row[],
  change: ChangeView,
): ScreenOfPage {
  const { store, loadStore, state } = plan;
  const first = view.at ?? axis.today - Math.floor(120 / axis.scale.pxPerDay);
  const [screen, setScreen] = useState<Screen>({
    from: first,
    to: first + Math.ceil(FIRST_SCREEN_PX / axis.scale.pxPerDay),
  });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const listeners = useRef(new Set<(screen: Screen) => void>());
  const watch = useCallback((listener: (screen: Screen) => void) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);
  const held = useRef(false);
  const pause = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef({ state, view, axis });
  latest.current = { state, view, axis };

  const load = useCallback(
    (now: Screen) => {
      store.show(now.from, now.to);
      const { schedule } = latest.current.state;
      const ids = grid.current?.idsOnScreen() ?? [];
      if (!schedule || ids.length === 0) return;
      const { zoom, subject } = latest.current.view;
      loadStore.want({ from: schedule.from, to: schedule.to, grain: stripGrain(zoom), subject }, ids);
    },
    [store, loadStore, grid],
  );

  const onView = useCallback(() => {
    const now = grid.current?.daysOnScreen();
    if (!now) return;
    for (const listener of listeners.current) listener(now);
    if (held.current) {
      if (pause.current) clearTimeout(pause.current);
      pause.current = setTimeout(() => load(now), PAUSE_MS);
      return;
    }
    load(now);
    latest.current.axis.cover(now.from);
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setScreen((before) => (before.from === now.from && before.to === now.to ? before : now));
      const { at } = latest.current.view;
      if (at !== now.from && (at !== null || now.from !== first)) change({ at: now.from }, true);
    }, ADDRESS_AFTER_MS);
  }, [grid, load, change, first]);

  // Without a grid (agenda, table, first load) the first screen is what is loaded.
  useEffect(() => {
    if (!grid.current?.daysOnScreen()) load(screen);
  }, [load, grid, screen]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows or another grain need other loads
  useEffect(() => {
    const now = grid.current?.daysOnScreen();
    if (now) load(now);
  }, [load, grid, rows, state.schedule, view.zoom]);

  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
      if (pause.current) clearTimeout(pause.current);
    },
    [],
  );

  const hold = useCallback(
    (on: boolean) => {
      held.current = on;
      if (!on) onView();
    },
    [onView],
  );

  const goTo = useCallback(
    (day: Day) => {
      if (held.current) {
        grid.current?.scrollToDay(day);
        return;
      }
      latest.current.axis.cover(day);
      setScreen((now) => ({ from: day, to: day + (now.to - now.from) }));
      store.show(day, day + (screen.to - screen.from));
      requestAnimationFrame(() => grid.current?.scrollToDay(day));
    },
    [grid, store, screen],
  );
  return { screen, watch, hold, onView, goTo };
}
