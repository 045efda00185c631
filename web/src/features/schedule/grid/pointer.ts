/** Mouse, pen and touch on the grid: a press becomes a click, a drag, or drawing. A finger must rest first, so that
 * scrolling stays scrolling. */

import type { ClashChoice } from "../edit/delivery";
import type { DragKind } from "../edit/drag";
import type { ClickKeys } from "../edit/selection";
import { hitRow, type Zone } from "../layout/geometry";
import { type Bar, type Day, isSaved } from "../model";
import type { TrackRow } from "../view/rows";
import type { Air } from "./air";
import type { Marquee } from "./marquee";
import type { Surface } from "./surface";

export interface PointerHost {
  canEdit(): boolean;
  canChange(bar: Bar): boolean;
  /** What goes along when this bar is taken. */
  takenWith(bar: Bar): readonly Bar[];
  onBarClicked(bar: Bar, place: { row: number; day: Day }, keys: ClickKeys): void;
  onBarOpened(bar: Bar, row: number): void;
  onEmptyClicked(row: number, day: Day): void;
  onFolded(key: string): void;
  /** The name of a row was followed. */
  onRowOpened(row: TrackRow): void;
  /** "Who could take this?" of a row with open demand. */
  onAsked(row: number): void;
  /** Drawing on empty time selects instead of creating. */
  framing(): boolean;
  /** Clicked with the other button, or a finger rested there and was lifted again. */
  onMenu(place: { bar: Bar | null; row: number; day: Day; x: number; y: number }): void;
}

const DRAG_PX = 4;
const REST_MS = 380;
/** A finger never stands quite still. */
const RESTED_PX = 10;
const EDGE_PX = 36;
const EDGE_STEP_PX = 14;
/** Also what the keyboard's own drag understands. */
export const CHOICES: Readonly<Record<string, ClashChoice>> = { t: "tentative", a: "allow" };
const KIND: Record<Zone, DragKind> = { body: "move", start: "resize-start", end: "resize-end" };

interface Press {
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
  readonly bar: Bar | null;
  readonly zone: Zone;
  readonly row: number;
  readonly day: Day;
  readonly touch: boolean;
  /** A frame that selects, from here on; `adding` to what is selected. */
  readonly frame: boolean;
  readonly adding: boolean;
  ready: boolean;
}

export class PointerControl {
  private press: Press | null = null;
  private rest: ReturnType<typeof setTimeout> | null = null;
  private last = { x: 0, y: 0 };
  private edgeFrame = 0;
  private readonly abort = new AbortController();

  constructor(
    private readonly surface: Surface,
    private readonly air: Air,
    private readonly marquee: Marquee,
    private readonly host: PointerHost,
  ) {
    const options = { signal: this.abort.signal };
    const on = surface.scroller;
    on.addEventListener("pointerdown", this.onDown, options);
    on.addEventListener("pointermove", this.onMove, options);
    on.addEventListener("pointerup", this.onUp, options);
    on.addEventListener("pointercancel", this.onCancel, options);
    on.addEventListener("dblclick", this.onDouble, options);
    on.addEventListener("click", this.onClick, options);
    on.addEventListener("contextmenu", this.onContextMenu, options);
    window.addEventListener("keydown", this.onKey, { ...options, capture: true });
    on.addEventListener("touchmove", this.onTouchMove, { ...options, passive: false });
  }

  destroy(): void {
    this.stop();
    this.abort.abort();
  }

  private isBusy(): boolean {
    return this.air.isBusy() || this.marquee.isBusy();
  }

  private at(event: MouseEvent): Pick<Press, "x" | "y" | "bar" | "zone" | "row" | "day"> | null {
    const target = event.target as HTMLElement;
    if (target.closest(".sg-name, .sg-header")) return null;
    const point = this.surface.pointOf(event.clientX, event.clientY);
    const row = this.surface.rows()[point.row];
    const state = this.surface.current();
    const top = this.surface.rowTop(point.row);
    if (row?.kind !== "track" || !state || point.y > top + row.height) return null;
    const hit = hitRow(row, state.scale, point.x, point.y - top);
    return {
      x: event.clientX,
      y: event.clientY,
      bar: hit.bar,
      zone: hit.zone,
      row: point.row,
      day: point.day,
    };
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || this.isBusy()) return;
    const at = this.at(event);
    if (!at) return;
    const touch = event.pointerType === "touch";
    const frame = event.shiftKey || this.host.framing();
    const adding = event.ctrlKey || event.metaKey;
    this.press = { ...at, pointerId: event.pointerId, touch, frame, adding, ready: !touch };
    this.last = { x: event.clientX, y: event.clientY };
    if (touch) this.rest = setTimeout(() => this.onRested(), REST_MS);
    else event.preventDefault();
  };

  private onRested(): void {
    if (!this.press || !this.mayBegin(this.press)) return;
    this.press.ready = true;
    this.begin(this.press);
  }

  private readonly onMove = (event: PointerEvent): void => {
    const { press } = this;
    if (!press || event.pointerId !== press.pointerId) {
      this.hover(event);
      return;
    }
    this.last = { x: event.clientX, y: event.clientY };
    if (!this.isBusy()) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < DRAG_PX) return;
      if (!press.ready) this.stop();
      if (!press.ready || !this.mayBegin(press)) return;
      this.begin(press);
    }
    this.follow();
  };

  private mayBegin({ bar }: Press): boolean {
    return bar ? this.host.canChange(bar) : this.host.canEdit();
  }

  private begin(press: Press): void {
    this.surface.scroller.setPointerCapture(press.pointerId);
    if (press.bar && isSaved(press.bar)) {
      this.air.pickUp(KIND[press.zone], this.bars(press.bar, press.zone), press.day, press.row);
    } else if (!press.bar && press.frame) {
      this.marquee.start(this.surface.pointOf(press.x, press.y), press.adding);
    } else if (!press.bar) this.air.startDrawing(press.row, press.day);
    this.edgeFrame = requestAnimationFrame(this.nearEdge);
  }

  private bars(bar: Bar, zone: Zone): readonly Bar[] {
    return zone === "body" ? this.host.takenWith(bar) : [bar];
  }

  private follow(): void {
    const point = this.surface.pointOf(this.last.x, this.last.y);
    if (this.marquee.isBusy()) this.marquee.moveTo(point);
    else this.air.moveTo(point.day, point.row);
  }

  /** Held near an edge, the grid scrolls along. */
  private readonly nearEdge = (): void => {
    if (!this.isBusy()) return;
    const rect = this.surface.scroller.getBoundingClientRect();
    const { x, y } = this.last;
    const left = rect.left + this.surface.nameWidth;
    const dx = x > rect.right - EDGE_PX ? EDGE_STEP_PX : x < left + EDGE_PX ? -EDGE_STEP_PX : 0;
    const dy = y > rect.bottom - EDGE_PX ? EDGE_STEP_PX : y < rect.top + 52 + EDGE_PX / 2 ? -EDGE_STEP_PX : 0;
    if (dx !== 0 || dy !== 0) {
      this.surface.scroller.scrollBy(dx, dy);
      this.follow();
    }
    this.edgeFrame = requestAnimationFrame(this.nearEdge);
  };

  private readonly onUp = (event: PointerEvent): void => {
    const { press } = this;
    const wasBusy = this.isBusy();
    const { x, y } = this.last;
    const rested = wasBusy && press?.touch && Math.hypot(x - press.x, y - press.y) < RESTED_PX;
    this.stop();
    if (!press) return;
    if (rested) {
      this.cancel();
      this.host.onMenu(press);
      return;
    }
    if (wasBusy) {
      if (this.marquee.isBusy()) this.marquee.end();
      else this.air.drop();
      return;
    }
    const keys = { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    if (press.bar) this.host.onBarClicked(press.bar, press, keys);
    else this.host.onEmptyClicked(press.row, press.day);
  };

  private cancel(): void {
    this.stop();
    this.marquee.cancel();
    this.air.cancel();
  }

  private readonly onCancel = (): void => this.cancel();

  /** While the pointer holds something: Escape puts it back, T and A decide about a clash. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.press || !this.isBusy()) return;
    const choice = CHOICES[event.key.toLowerCase()];
    if (event.key === "Escape") this.cancel();
    else if (choice) this.air.choose(choice);
    event.preventDefault();
    event.stopPropagation();
  };

  private readonly onContextMenu = (event: MouseEvent): void => {
    // A resting finger opens the menu when it is lifted; until then it may become a drag.
    const byTouch = (event as PointerEvent).pointerType === "touch" || this.press?.touch;
    const at = this.at(event);
    if (!at && !byTouch) return;
    event.preventDefault();
    if (at && !byTouch && !this.isBusy()) this.host.onMenu(at);
  };

  private readonly onDouble = (event: MouseEvent): void => {
    const at = this.at(event);
    if (at?.bar) this.host.onBarOpened(at.bar, at.row);
  };

  private readonly onClick = (event: MouseEvent): void => {
    const named = (event.target as HTMLElement).closest<HTMLElement>("a.sg-title");
    const track = named && this.surface.rows()[Number(named.closest<HTMLElement>(".sg-row")?.dataset.row)];
    if (track?.kind === "track" && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.host.onRowOpened(track);
      return;
    }
    const pressed = (event.target as HTMLElement).closest<HTMLElement>(".sg-fold, .sg-ask");
    const index = Number(pressed?.closest<HTMLElement>(".sg-row")?.dataset.row);
    const row = pressed ? this.surface.rows()[index] : undefined;
    if (row?.kind === "group") this.host.onFolded(row.key);
    else if (row) this.host.onAsked(index);
  };

  private readonly onTouchMove = (event: TouchEvent): void => {
    if (this.isBusy() && event.cancelable) event.preventDefault();
  };

  private hover(event: PointerEvent): void {
    if (event.pointerType !== "mouse" || this.isBusy()) return;
    const over = (event.target as HTMLElement).closest<HTMLElement>(".sg-bar");
    // Bars are recycled: what the tooltip says is what the label says.
    if (over) over.title = over.getAttribute("aria-label") ?? "";
    const at = over ? this.at(event) : null;
    const cursor = at?.bar && this.host.canChange(at.bar) ? (at.zone === "body" ? "grab" : "ew-resize") : "";
    if (this.surface.body.style.cursor !== cursor) this.surface.body.style.cursor = cursor;
  }

  private stop(): void {
    if (this.rest) clearTimeout(this.rest);
    cancelAnimationFrame(this.edgeFrame);
    this.rest = null;
    this.press = null;
  }
}
