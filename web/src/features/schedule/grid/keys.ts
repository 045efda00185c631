/**
 * The keyboard on the grid. Arrows walk over cells, Shift with them draws, Enter goes into a cell's bars or books, Space
 * picks a bar up, arrows move it (Alt: its end, Alt+Shift: its start), Enter drops it, Escape puts it back.
 */

import type { ClickKeys } from "../edit/selection";
import { type Cursor, type CursorSpace, moved, type Step, settled } from "../keyboard/cursor";
import { type Bar, type Day, isSaved } from "../model";
import { columnDays } from "../time/scale";
import type { Air } from "./air";
import { CHOICES } from "./pointer";
import type { Surface } from "./surface";

export interface KeyHost {
  canEdit(): boolean;
  canChange(bar: Bar): boolean;
  takenWith(bar: Bar): readonly Bar[];
  onBarChosen(bar: Bar, row: number, keys: ClickKeys): void;
  onBarOpened(bar: Bar, row: number): void;
  onCreate(row: number, from: Day, to: Day): void;
  onFolded(key: string): void;
  onLeft(): void;
  /** At the focused bar or cell. */
  onMenu(place: { bar: Bar | null; row: number; day: Day; x: number; y: number }): void;
  /** Says aloud that a bar was taken, is here now, or was put back, or what a clash will mean. */
  announce(what: "taken" | "moved" | "put-back" | "chosen"): void;
}

const STEPS: Record<string, Step> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  PageUp: "page-up",
  PageDown: "page-down",
  Home: "home",
  End: "end",
};

export class KeyControl {
  private cursor: Cursor | null = null;
  /** The person has put the cursor somewhere: not merely where it began. */
  private placed = false;
  private readonly abort = new AbortController();

  constructor(
    private readonly surface: Surface,
    private readonly air: Air,
    private readonly host: KeyHost,
  ) {
    surface.scroller.addEventListener("keydown", this.onKey, { signal: this.abort.signal });
  }

  destroy(): void {
    this.abort.abort();
  }

  current(): Cursor | null {
    return this.cursor;
  }

  /** The keyboard's place after a click or when the rows have changed; `focus` takes the focus there. */
  goTo(cursor: Cursor, focus: boolean, chosen = focus): void {
    this.placed = this.placed || chosen;
    this.cursor = settled(cursor, this.space());
    this.surface.placeCursor(this.cursor, focus);
  }

  /** After new rows: the same bar or cell, wherever it is now. */
  follow(trackId: string | null, focus: boolean): void {
    const rows = this.surface.rows();
    const here = this.cursor;
    if (!here) {
      const first = rows.findIndex((row) => row.kind === "track");
      if (first >= 0) this.goTo({ row: first, day: this.today(), barId: null }, false);
      return;
    }
    const holds = (row: (typeof rows)[number]) =>
      row.kind === "track" &&
      (here.barId ? row.bars.some((bar) => bar.id === here.barId) : row.id === trackId);
    const current = rows[here.row];
    const row = current && holds(current) ? here.row : rows.findIndex(holds);
    this.goTo(row >= 0 ? { ...here, row } : here, focus);
  }

  /** The row and day that the person chose last; null before that. */
  place(): Cursor | null {
    return this.placed ? this.cursor : null;
  }

  trackId(): string | null {
    const row = this.cursor ? this.surface.rows()[this.cursor.row] : undefined;
    return row?.kind === "track" ? row.id : null;
  }

  /** The bar on which the keyboard stands. */
  bar(): Bar | null {
    const row = this.cursor ? this.surface.rows()[this.cursor.row] : undefined;
    return row?.kind === "track" ? (row.bars.find((bar) => bar.id === this.cursor?.barId) ?? null) : null;
  }

  private today(): Day {
    const screen = this.surface.daysOnScreen();
    const today = this.surface.current()?.today ?? screen.from;
    return today >= screen.from && today <= screen.to ? today : screen.from;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || !this.cursor) return;
    const done = this.air.drawnTo()
      ? this.whileDrawing(event)
      : this.air.dragged()
        ? this.inAir(event)
        : this.onGround(event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private onGround(event: KeyboardEvent): boolean {
    const cursor = this.cursor as Cursor;
    const bar = this.bar();
    const row = this.surface.rows()[cursor.row];
    if (event.key === " " || event.key === "Enter") {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      if (row?.kind === "group") this.host.onFolded(row.key);
      else if (!bar) this.intoCell(cursor);
      else if (event.key === "Enter") this.host.onBarOpened(bar, cursor.row);
      else if (event.shiftKey) this.host.onBarChosen(bar, cursor.row, { shift: false, toggle: true });
      else this.pickUp(bar, cursor);
      return true;
    }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      const box = document.activeElement?.getBoundingClientRect();
      const [x, y] = box ? [box.left + Math.min(box.width / 2, 120), box.bottom] : [0, 0];
      if (row?.kind === "track") this.host.onMenu({ bar, row: cursor.row, day: cursor.day, x, y });
      return true;
    }
    if (event.key === "Escape") {
      if (cursor.barId) this.step("leave");
      else this.host.onLeft();
      return true;
    }
    const step = stepOf(event);
    if (!step) return false;
    if (bar && event.altKey && this.host.canChange(bar)) return this.resize(bar, cursor, event);
    if (!bar && row?.kind === "track" && event.shiftKey && this.host.canEdit() && isAlong(event)) {
      this.air.startDrawing(cursor.row, cursor.day);
      return this.whileDrawing(event);
    }
    this.step(step);
    const chosen = this.bar();
    if (chosen && event.shiftKey)
      this.host.onBarChosen(chosen, this.cursor?.row ?? 0, { shift: true, toggle: false });
    return true;
  }

  private intoCell(cursor: Cursor): void {
    this.step("enter");
    if (this.cursor?.barId) return;
    const days = columnDays(this.surface.current()?.scale.zoom ?? "week");
    if (this.host.canEdit()) this.host.onCreate(cursor.row, cursor.day, cursor.day + Math.max(days, 5) - 1);
  }

  private pickUp(bar: Bar, cursor: Cursor): void {
    if (!this.host.canChange(bar) || !isSaved(bar)) return;
    this.air.pickUp("move", this.host.takenWith(bar), bar.from, cursor.row);
    this.host.announce("taken");
  }

  /** Alt with an arrow: one day more or less at the end, with Shift at the start; saved at once. */
  private resize(bar: Bar, cursor: Cursor, event: KeyboardEvent): boolean {
    const days = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (days === 0 || !isSaved(bar)) return days !== 0;
    this.air.pickUp(event.shiftKey ? "resize-start" : "resize-end", [bar], bar.to, cursor.row);
    this.air.moveBy(days, 0);
    this.air.drop();
    return true;
  }

  /** Shift with arrows on empty time draws, Enter books what was drawn, Escape leaves it. */
  private whileDrawing(event: KeyboardEvent): boolean {
    const at = this.air.drawnTo();
    if (!at) return false;
    if (event.key === "Enter") this.air.drop();
    else if (event.key === "Escape" || event.key === "Tab") this.air.cancel();
    else if (isAlong(event)) {
      const days = columnDays(this.surface.current()?.scale.zoom ?? "week");
      const day = at.day + (event.key === "ArrowLeft" ? -days : days);
      this.air.moveTo(day, at.row);
      this.surface.reveal({ row: at.row, day });
    }
    return event.key !== "Tab";
  }

  private inAir(event: KeyboardEvent): boolean {
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight": {
        const days = event.shiftKey ? 7 : 1;
        this.air.moveBy(event.key === "ArrowLeft" ? -days : days, 0);
        break;
      }
      case "ArrowUp":
      case "ArrowDown":
        this.air.moveBy(0, event.key === "ArrowUp" ? -1 : 1);
        break;
      case "Enter":
      case " ":
        this.air.drop();
        return true;
      case "Escape":
        this.air.cancel();
        this.host.announce("put-back");
        return true;
      default: {
        const choice = CHOICES[event.key.toLowerCase()];
        if (choice && this.air.choose(choice)) this.host.announce("chosen");
        return event.key !== "Tab";
      }
    }
    this.revealAir();
    this.host.announce("moved");
    return true;
  }

  /** The focus stays on the bar; only the view follows what is in the air. */
  private revealAir(): void {
    const drag = this.air.dragged();
    const first = drag?.bars[0];
    if (drag && first) this.surface.reveal({ row: drag.track, day: first.from + drag.dayDelta });
  }

  private step(step: Step): void {
    this.goTo(moved(this.cursor as Cursor, step, this.space()), true);
  }

  private space(): CursorSpace {
    const state = this.surface.current();
    const screen = this.surface.daysOnScreen();
    const onScreen = this.surface.rowsOnScreen();
    const origin = state?.scale.origin ?? 0;
    return {
      rows: this.surface.rows().map((row) => ({ bars: row.kind === "track" ? row.bars : null })),
      firstDay: origin,
      lastDay: origin + (state?.scale.days ?? 1) - 1,
      columnDays: columnDays(state?.scale.zoom ?? "week"),
      pageRows: Math.max(1, onScreen.last - onScreen.first - 1),
      screenFrom: screen.from,
      screenTo: screen.to,
    };
  }
}

function isAlong(event: KeyboardEvent): boolean {
  return event.key === "ArrowLeft" || event.key === "ArrowRight";
}

function stepOf(event: KeyboardEvent): Step | null {
  const step = STEPS[event.key] ?? null;
  if ((event.ctrlKey || event.metaKey) && step === "home") return "first-row";
  if ((event.ctrlKey || event.metaKey) && step === "end") return "last-row";
  return event.ctrlKey || event.metaKey ? null : step;
}
