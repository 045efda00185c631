/** Hands React's state to the grid's surface and the grid's doings back to React. Renders nothing inside. */
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { ClashChoice } from "../edit/delivery";
import type { BarDrag, Change } from "../edit/drag";
import type { ClickKeys } from "../edit/selection";
import type { RowSight } from "../layout/rail";
import type { Bar, Day } from "../model";
import type { TrackRow } from "../view/rows";
import { Air } from "./air";
import type { Verdict } from "./ghosts";
import { KeyControl } from "./keys";
import { Marquee } from "./marquee";
import { PointerControl } from "./pointer";
import { Surface, type SurfaceState } from "./surface";
import "./grid.css";
import "./strip.css";
import "./bars.css";

export interface GridHost {
  /** Whether bookings may be made. */
  canEdit(): boolean;
  canChange(bar: Bar): boolean;
  takenWith(bar: Bar): readonly Bar[];
  onMoved(changes: readonly Change[], drag: BarDrag): Verdict | null;
  onDropped(changes: readonly Change[], choice: ClashChoice | null): void;
  onDrawing(range: { from: Day; to: Day }): void;
  onDrawn(row: TrackRow, range: { from: Day; to: Day }): void;
  onLifted(ids: ReadonlySet<string>): void;
  onBarClicked(bar: Bar, keys: ClickKeys): void;
  onBarOpened(bar: Bar): void;
  onEmptyClicked(): void;
  onFolded(key: string): void;
  onRowOpened(row: TrackRow): void;
  /** "Who could take this?" beside a row with open demand. */
  onAsked(row: TrackRow): void;
  /** Drawing on empty time selects instead of creating. */
  framing(): boolean;
  selectedIds(): ReadonlySet<string>;
  onFramed(ids: readonly string[], before: ReadonlySet<string>): void;
  onMenu(place: MenuPlace): void;
  announce(what: "taken" | "moved" | "put-back" | "chosen", choice: ClashChoice | null): void;
  onView(): void;
}

/** Where a menu was asked for, in the window. */
export interface MenuPlace {
  readonly bar: Bar | null;
  readonly x: number;
  readonly y: number;
  readonly byKeyboard: boolean;
}

/** Where the person stands: a row and a day of it. */
export interface Place {
  readonly row: TrackRow;
  readonly day: Day;
}

export interface GridHandle {
  scrollToDay(day: Day): void;
  /** Null until the grid stands. */
  daysOnScreen(): { from: Day; to: Day } | null;
  scrollToTop(y: number): void;
  /** Which rows, and how far they are scrolled; null until the grid stands. */
  rowsOnScreen(): { first: number; last: number; sight: RowSight } | null;
  idsOnScreen(): string[];
  /** The keyboard's bar. */
  focusedBar(): Bar | null;
  /** The row and day that the person chose last. */
  place(): Place | null;
  focus(): void;
  /** What has the focus when the keyboard is on the grid. */
  focusElement(): HTMLElement | null;
  judge(verdict: Verdict | null): void;
}

interface Props {
  state: SurfaceState;
  host: GridHost;
  /** Tells when loads have come, past React: a batch every few frames would render the whole page. */
  onLoads: (listener: () => void) => () => void;
  /** The first day on screen when the grid appears. */
  startAt: Day;
  ref: Ref<GridHandle>;
}

interface Parts {
  surface: Surface;
  air: Air;
  keys: KeyControl;
  /** It has rows and stands at its first day; before that it reports nothing. */
  standing: boolean;
}

export function ScheduleGrid({ state, host, startAt, onLoads, ref }: Props) {
  const container = useRef<HTMLDivElement>(null);
  const parts = useRef<Parts | null>(null);
  const latest = useRef(host);
  latest.current = host;
  const start = useRef(startAt);
  start.current = startAt;

  useLayoutEffect(() => {
    if (!container.current) return;
    const built = build(container.current, latest);
    parts.current = built;
    return () => {
      built.destroy();
      parts.current = null;
    };
  }, []);

  useLayoutEffect(() => {
    const now = parts.current;
    if (!now) return;
    const track = now.keys.trackId();
    const focused = now.surface.hasFocus();
    now.surface.update(state);
    if (!now.standing) {
      now.surface.scrollToDay(start.current);
      now.standing = true;
      latest.current.onView();
    }
    if (!now.air.isBusy()) now.keys.follow(track, focused);
  }, [state]);

  useEffect(() => onLoads(() => parts.current?.surface.loadsChanged()), [onLoads]);
  useImperativeHandle(ref, () => handle(parts), []);
  return <div ref={container} className="relative min-h-0 flex-1" data-testid="schedule-grid" />;
}

function build(container: HTMLElement, host: { readonly current: GridHost }): Parts & { destroy(): void } {
  const stand = { standing: false };
  const surface = new Surface(container, () => {
    if (stand.standing) host.current.onView();
  });
  const air = new Air(surface, {
    onMoved: (changes, drag) => host.current.onMoved(changes, drag),
    onDropped: (changes, _drag, choice) => host.current.onDropped(changes, choice),
    onDrawing: (range) => host.current.onDrawing(range),
    onDrawn: (row, range) => host.current.onDrawn(row, range),
    onLifted: (ids) => host.current.onLifted(ids),
  });
  const marquee = new Marquee(surface, {
    onFramed: (ids, before) => host.current.onFramed(ids, before),
    selectedIds: () => host.current.selectedIds(),
  });
  const track = (at: number) => {
    const row = surface.rows()[at];
    return row?.kind === "track" ? row : null;
  };
  const keys = new KeyControl(surface, air, {
    canEdit: () => host.current.canEdit(),
    canChange: (bar) => host.current.canChange(bar),
    takenWith: (bar) => host.current.takenWith(bar),
    onBarChosen: (bar, _row, pressed) => host.current.onBarClicked(bar, pressed),
    onBarOpened: (bar) => host.current.onBarOpened(bar),
    onCreate: (row, from, to) => {
      const at = track(row);
      if (at) host.current.onDrawn(at, { from, to });
    },
    onMenu: (place) => host.current.onMenu({ ...place, byKeyboard: true }),
    onFolded: (key) => host.current.onFolded(key),
    onLeft: () => host.current.onEmptyClicked(),
    announce: (what) => host.current.announce(what, air.chosen()),
  });
  const pointer = new PointerControl(surface, air, marquee, {
    canEdit: () => host.current.canEdit(),
    canChange: (bar) => host.current.canChange(bar),
    takenWith: (bar) => host.current.takenWith(bar),
    onBarClicked: (bar, { row, day }, pressed) => {
      keys.goTo({ row, day, barId: bar.id }, false, true);
      surface.barElement(row, bar.id)?.focus({ preventScroll: true });
      host.current.onBarClicked(bar, pressed);
    },
    onBarOpened: (bar) => host.current.onBarOpened(bar),
    onEmptyClicked: (row, day) => {
      keys.goTo({ row, day, barId: null }, true);
      host.current.onEmptyClicked();
    },
    onFolded: (key) => host.current.onFolded(key),
    onRowOpened: (row) => host.current.onRowOpened(row),
    onAsked: (row) => {
      const at = track(row);
      if (at) host.current.onAsked(at);
    },
    framing: () => host.current.framing(),
    onMenu: (place) => {
      keys.goTo({ row: place.row, day: place.day, barId: place.bar?.id ?? null }, true);
      host.current.onMenu({ ...place, byKeyboard: false });
    },
  });
  const destroy = () => {
    keys.destroy();
    pointer.destroy();
    surface.destroy();
  };
  return Object.assign(stand, { surface, air, keys, destroy });
}

function handle(parts: { readonly current: Parts | null }): GridHandle {
  return {
    scrollToDay: (day) => parts.current?.surface.scrollToDay(day),
    daysOnScreen: () => (parts.current?.standing ? parts.current.surface.daysOnScreen() : null),
    scrollToTop: (y) => parts.current?.surface.scrollToTop(y),
    rowsOnScreen: () => {
      const now = parts.current;
      return now?.standing ? { ...now.surface.rowsOnScreen(), sight: now.surface.rowSight() } : null;
    },
    idsOnScreen: () => {
      const surface = parts.current?.surface;
      if (!surface) return [];
      const { first, last } = surface.rowsOnScreen();
      const near = surface.rows().slice(Math.max(0, first - 4), last + 9);
      return [...new Set(near.flatMap((row) => (row.kind === "track" ? [row.id] : [])))];
    },
    focusedBar: () => parts.current?.keys.bar() ?? null,
    place: () => {
      const now = parts.current;
      const cursor = now?.keys.place();
      const row = cursor && now?.surface.rows()[cursor.row];
      return cursor && row?.kind === "track" ? { row, day: cursor.day } : null;
    },
    focus: () => {
      const now = parts.current;
      const cursor = now?.keys.current();
      if (now && cursor) now.keys.goTo(cursor, true);
    },
    focusElement: () => parts.current?.surface.cursorElement() ?? null,
    judge: (verdict) => parts.current?.air.judge(verdict),
  };
}
