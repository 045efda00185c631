/** Mouse, pen and touch on the grid: a press becomes a click, a drag, or drawing. A finger must rest first, so that
 * scrolling stays scrolling. */

import type { DragKind } from "../edit/drag";
import type { ClickKeys } from "../edit/selection";
import { hitRow, type Zone } from "../layout/geometry";
import { type Bar, type Day, isSaved } from "../model";
import type { Air } from "./air";
import type { Surface } from "./surface";

export interface PointerHost {
  canEdit(): boolean;
  /** What goes along when this bar is taken. */
  takenWith(bar: Bar): readonly Bar[];
  onBarClicked(bar: Bar, row: number, keys: ClickKeys): void;
  onBarOpened(bar: Bar, row: number): void;
  onEmptyClicked(row: number, day: Day): void;
  onFolded(key: string): void;
}

const DRAG_PX = 4;
const REST_MS = 380;
const EDGE_PX = 36;
const EDGE_STEP_PX = 14;
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
    on.addEventListener("touchmove", this.onTouchMove, { ...options, passive: false });
  }

  destroy(): void {
    this.stop();
    this.abort.abort();
  }

  private at(event: MouseEvent): Omit<Press, "pointerId" | "touch" | "ready"> | null {
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
    if (event.button !== 0 || this.air.isBusy()) return;
    const at = this.at(event);
    if (!at) return;
    const touch = event.pointerType === "touch";
    this.press = { ...at, pointerId: event.pointerId, touch, ready: !touch };
    this.last = { x: event.clientX, y: event.clientY };
    if (touch) this.rest = setTimeout(() => this.onRested(), REST_MS);
    else event.preventDefault();
  };

  private onRested(): void {
    if (!this.press || !this.host.canEdit()) return;
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
    if (!this.air.isBusy()) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < DRAG_PX) return;
      if (!press.ready) this.stop();
      if (!press.ready || !this.host.canEdit()) return;
      this.begin(press);
    }
    this.follow();
  };

  private begin(press: Press): void {
    this.surface.scroller.setPointerCapture(press.pointerId);
    if (press.bar && isSaved(press.bar)) {
      this.air.pickUp(KIND[press.zone], this.bars(press.bar, press.zone), press.day, press.row);
    } else if (!press.bar) this.air.startDrawing(press.row, press.day);
    this.edgeFrame = requestAnimationFrame(this.nearEdge);
  }

  private bars(bar: Bar, zone: Zone): readonly Bar[] {
    return zone === "body" ? this.host.takenWith(bar) : [bar];
  }

  private follow(): void {
    const point = this.surface.pointOf(this.last.x, this.last.y);
    this.air.moveTo(point.day, point.row);
  }

  /** Held near an edge, the grid scrolls along. */
  private readonly nearEdge = (): void => {
    if (!this.air.isBusy()) return;
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
    const wasBusy = this.air.isBusy();
    this.stop();
    if (!press) return;
    if (wasBusy) {
      this.air.drop();
      return;
    }
    const keys = { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    if (press.bar) this.host.onBarClicked(press.bar, press.row, keys);
    else this.host.onEmptyClicked(press.row, press.day);
  };

  private readonly onCancel = (): void => {
    this.stop();
    this.air.cancel();
  };

  private readonly onDouble = (event: MouseEvent): void => {
    const at = this.at(event);
    if (at?.bar) this.host.onBarOpened(at.bar, at.row);
  };

  private readonly onClick = (event: MouseEvent): void => {
    const fold = (event.target as HTMLElement).closest<HTMLElement>(".sg-fold");
    const index = Number(fold?.closest<HTMLElement>(".sg-row")?.dataset.row);
    const row = fold ? this.surface.rows()[index] : undefined;
    if (row?.kind === "group") this.host.onFolded(row.key);
  };

  private readonly onTouchMove = (event: TouchEvent): void => {
    if (this.air.isBusy() && event.cancelable) event.preventDefault();
  };

  private hover(event: PointerEvent): void {
    if (event.pointerType !== "mouse" || this.air.isBusy()) return;
    const at = (event.target as HTMLElement).closest(".sg-bar") ? this.at(event) : null;
    const cursor = at?.bar && this.host.canEdit() ? (at.zone === "body" ? "grab" : "ew-resize") : "";
    if (this.surface.body.style.cursor !== cursor) this.surface.body.style.cursor = cursor;
  }

  private stop(): void {
    if (this.rest) clearTimeout(this.rest);
    cancelAnimationFrame(this.edgeFrame);
    this.rest = null;
    this.press = null;
  }
}
