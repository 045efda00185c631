/**
 * Where the keyboard is in the grid and where an arrow key takes it. The cursor stands on a row and a day, and on a
 * bar of that row once it was entered; group headers are rows without days.
 */
import type { Bar, Day } from "../model";

export interface Cursor {
  readonly row: number;
  readonly day: Day;
  readonly barId: string | null;
}

export type Step =
  | "left"
  | "right"
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "home"
  | "end"
  | "first-row"
  | "last-row"
  | "enter"
  | "leave";

export interface CursorRow {
  /** Null for a group header. */
  readonly bars: readonly Bar[] | null;
}

export interface CursorSpace {
  readonly rows: readonly CursorRow[];
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** Days that one press moves: 1, or 7 where a column is a week. */
  readonly columnDays: number;
  readonly pageRows: number;
  /** What Home and End go to: the ends of what is on screen. */
  readonly screenFrom: Day;
  readonly screenTo: Day;
}

export function moved(cursor: Cursor, step: Step, space: CursorSpace): Cursor {
  if (space.rows.length === 0) return cursor;
  const inside = settled(cursor, space);
  return settled(inside.barId === null ? cellStep(inside, step, space) : barStep(inside, step, space), space);
}

/** A cursor that exists: rows and days clamped, a bar that went away forgotten. */
export function settled(cursor: Cursor, space: CursorSpace): Cursor {
  const row = clamp(cursor.row, 0, Math.max(space.rows.length - 1, 0));
  const day = clamp(cursor.day, space.firstDay, space.lastDay);
  const has = cursor.barId !== null && space.rows[row]?.bars?.some((bar) => bar.id === cursor.barId);
  return { row, day, barId: has ? cursor.barId : null };
}

function cellStep(cursor: Cursor, step: Step, space: CursorSpace): Cursor {
  switch (step) {
    case "left":
      return { ...cursor, day: cursor.day - space.columnDays };
    case "right":
      return { ...cursor, day: cursor.day + space.columnDays };
    case "home":
      return { ...cursor, day: space.screenFrom };
    case "end":
      return { ...cursor, day: space.screenTo };
    case "enter": {
      const bar = barsOn(space, cursor.row, cursor.day)[0];
      return bar ? { ...cursor, barId: bar.id } : cursor;
    }
    case "leave":
      return cursor;
    default:
      return { ...cursor, row: rowAfter(cursor.row, step, space) };
  }
}

function barStep(cursor: Cursor, step: Step, space: CursorSpace): Cursor {
  const bars = space.rows[cursor.row]?.bars ?? [];
  const at = bars.findIndex((bar) => bar.id === cursor.barId);
  const onBar = (bar: Bar | undefined): Cursor =>
    bar ? { ...cursor, day: Math.max(bar.from, space.firstDay), barId: bar.id } : cursor;
  switch (step) {
    case "left":
      return onBar(bars[at - 1]);
    case "right":
      return onBar(bars[at + 1]);
    case "home":
      return onBar(bars[0]);
    case "end":
      return onBar(bars.at(-1));
    case "enter":
      return cursor;
    case "leave":
      return { ...cursor, barId: null };
    default: {
      const row = rowAfter(cursor.row, step, space);
      if (row === cursor.row) return cursor;
      return { row, day: cursor.day, barId: nearest(space.rows[row]?.bars ?? [], cursor.day)?.id ?? null };
    }
  }
}

function rowAfter(row: number, step: Step, space: CursorSpace): number {
  switch (step) {
    case "up":
      return Math.max(row - 1, 0);
    case "down":
      return Math.min(row + 1, space.rows.length - 1);
    case "page-up":
      return Math.max(row - space.pageRows, 0);
    case "page-down":
      return Math.min(row + space.pageRows, space.rows.length - 1);
    case "first-row":
      return 0;
    case "last-row":
      return space.rows.length - 1;
    default:
      return row;
  }
}

/** Bars of a row that cover a day. */
export function barsOn(space: CursorSpace, row: number, day: Day): Bar[] {
  const last = day + space.columnDays - 1;
  return (space.rows[row]?.bars ?? []).filter((bar) => bar.from <= last && day <= bar.to);
}

function nearest(bars: readonly Bar[], day: Day): Bar | null {
  let best: Bar | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const bar of bars) {
    const away = day < bar.from ? bar.from - day : day > bar.to ? day - bar.to : 0;
    if (away < distance) [best, distance] = [bar, away];
  }
  return best;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
