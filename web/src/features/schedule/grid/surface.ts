/**
 * The schedule's grid as a virtualised DOM of its own: a scroller, a sticky header, pooled rows. React hands it a
 * state and never renders inside; a scroll event touches only the nodes that come or go.
 */
import type { Cursor } from "../keyboard/cursor";
import { GEOMETRY } from "../layout/geometry";
import { type RowOffsets, rowOffsets } from "../layout/offsets";
import type { RowSight } from "../layout/rail";
import { sameWindow, type Viewport, type VisibleWindow, visibleWindow } from "../layout/viewport";
import type { Day } from "../model";
import type { HeaderWriter } from "../time/header";
import { columnCount, columnDays, columnOf, dayAtX, widthOf, xOfDay } from "../time/scale";
import type { Row } from "../view/rows";
import { paintBackground } from "./background";
import type { Frame } from "./frame";
import { GhostLayer, type Sight } from "./ghosts";
import { HeaderView } from "./headerView";
import { PinnedGroup } from "./pinnedGroup";
import { putInOrder } from "./readingOrder";
import { RowView } from "./rowView";

export interface SurfaceState extends Omit<Frame, "from" | "to"> {
  readonly rows: readonly Row[];
  readonly header: HeaderWriter;
  readonly label: string;
  readonly corner: string;
  readonly firstDayOfWeek: number;
  /** Drawing on empty time selects. */
  readonly framing: boolean;
}

export interface Point {
  /** Pixels from the start of the domain and from the first row's top. */
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly day: Day;
}

const NARROW_PX = 720;
/** Free space below the last row, and kept below the keyboard's place: the bar of actions stands there. */
const FOOT_PX = 64;
const SETTLE_MS = 160;

export class Surface {
  readonly scroller = document.createElement("div");
  readonly ghosts = new GhostLayer();
  readonly body = document.createElement("div");
  private readonly header = new HeaderView();
  private readonly pinned = new PinnedGroup();
  private readonly today = document.createElement("div");
  private readonly cell = document.createElement("div");
  private readonly live = new Map<number, RowView>();
  private readonly free: RowView[] = [];
  private readonly resize: ResizeObserver;
  private state: SurfaceState | null = null;
  private offsets: RowOffsets = rowOffsets([]);
  private window: VisibleWindow = { firstRow: -1, lastRow: -2, from: 0, to: -1 };
  private size = { width: 0, height: 0 };
  /** Read once an event, before anything is painted: reading it later would force a layout. */
  private scrolled = { x: 0, y: 0 };
  private loadFrame = 0;
  private cursor: Cursor | null = null;
  private settle: ReturnType<typeof setTimeout> | null = null;
  nameWidth: number = GEOMETRY.nameWidth;

  constructor(
    host: HTMLElement,
    private readonly onView: () => void,
  ) {
    this.scroller.className = "sg";
    this.scroller.setAttribute("role", "grid");
    this.scroller.setAttribute("aria-multiselectable", "true");
    this.body.className = "sg-body";
    this.body.setAttribute("role", "rowgroup");
    const head = document.createElement("div");
    head.className = "sg-head-group";
    head.setAttribute("role", "rowgroup");
    head.append(this.header.element, this.pinned.element);
    this.today.className = "sg-today";
    this.cell.className = "sg-cell";
    this.cell.setAttribute("role", "gridcell");
    this.cell.tabIndex = 0;
    // Below the last row the days stay out of the column of names.
    const names = document.createElement("div");
    names.className = "sg-names";
    this.body.append(this.today, names, this.ghosts.element);
    this.scroller.append(head, this.body);
    host.append(this.scroller);
    this.scroller.addEventListener("scroll", this.onScroll, { passive: true });
    this.resize = new ResizeObserver(() => this.measure());
    this.resize.observe(this.scroller);
    this.measure();
  }

  destroy(): void {
    this.resize.disconnect();
    if (this.settle) clearTimeout(this.settle);
    cancelAnimationFrame(this.loadFrame);
    this.scroller.remove();
  }

  /** New loads have come: only the strips are painted, with the next frame. */
  loadsChanged(): void {
    cancelAnimationFrame(this.loadFrame);
    this.loadFrame = requestAnimationFrame(() => {
      const frame = this.frame();
      if (!frame) return;
      for (const view of this.live.values()) view.paintLoad(frame);
      this.whenSettled();
    });
  }

  /** Shows a new state. The first day on screen stays when the zoom changes. */
  update(state: SurfaceState): void {
    const before = this.state;
    const firstDay = before ? this.firstDay() : null;
    this.state = state;
    const { scale } = state;
    if (before?.rows !== state.rows) {
      this.offsets = rowOffsets(state.rows.map((row) => row.height));
      this.pinned.setRows(state.rows);
    }
    this.scroller.setAttribute("aria-label", state.label);
    this.scroller.setAttribute("aria-rowcount", String(state.rows.length + 1));
    this.scroller.setAttribute("aria-colcount", String(columnCount(scale)));
    this.scroller.dataset.zoom = scale.zoom;
    this.scroller.dataset.framing = state.framing ? "yes" : "no";
    this.header.corner.textContent = state.corner;
    this.layOut();
    if (before?.scale !== scale) {
      if (firstDay !== null) this.scrollTo(xOfDay(scale, firstDay), null);
      paintBackground(this.body, scale, state.firstDayOfWeek);
      this.today.style.transform = `translateX(${xOfDay(scale, state.today) + scale.pxPerDay / 2}px)`;
    }
    this.render(true);
    this.pin();
  }

  scrollToDay(day: Day): void {
    if (!this.state) return;
    this.scrollTo(xOfDay(this.state.scale, day), null);
    this.render(false);
  }

  scrollToTop(y: number): void {
    if (!this.state) return;
    this.scrollTo(null, y);
    this.render(false);
  }

  /** How far the rows are scrolled, how many pixels of them are on screen, and how many there are. */
  rowSight(): RowSight {
    const { top, bottom } = this.sight();
    return { top, height: bottom - top, all: this.offsets.height + FOOT_PX };
  }

  firstDay(): Day {
    return this.state ? dayAtX(this.state.scale, this.scrolled.x + 1) : 0;
  }

  /** The days between the name column and the right edge. */
  daysOnScreen(): { from: Day; to: Day } {
    const from = this.firstDay();
    const scale = this.state?.scale;
    const to = scale ? dayAtX(scale, this.scrolled.x + this.timeWidth() - 1) : from;
    return { from, to: Math.max(from, to) };
  }

  rowsOnScreen(): { first: number; last: number } {
    const height = this.size.height - GEOMETRY.headerHeight;
    const top = this.scrolled.y;
    return { first: this.offsets.rowAt(top), last: this.offsets.rowAt(top + height) };
  }

  /** What is on screen, in the pixels of time and rows. */
  sight(): Sight {
    const { x, y } = this.scrolled;
    return {
      left: x,
      right: x + this.timeWidth(),
      top: y,
      bottom: y + this.size.height - GEOMETRY.headerHeight,
    };
  }

  rowTop(row: number): number {
    return this.offsets.top(row);
  }

  rowOffsets(): RowOffsets {
    return this.offsets;
  }

  rows(): readonly Row[] {
    return this.state?.rows ?? [];
  }

  current(): SurfaceState | null {
    return this.state;
  }

  pointOf(clientX: number, clientY: number): Point {
    const rect = this.scroller.getBoundingClientRect();
    const x = clientX - rect.left - this.nameWidth + this.scroller.scrollLeft;
    const y = clientY - rect.top - GEOMETRY.headerHeight + this.scroller.scrollTop;
    return { x, y, row: this.offsets.rowAt(y), day: this.state ? dayAtX(this.state.scale, x) : 0 };
  }

  barElement(row: number, id: string): HTMLElement | undefined {
    return this.live.get(row)?.barElement(id);
  }

  /** Puts the keyboard's place; with `focus` it is scrolled into view and focused. */
  placeCursor(cursor: Cursor | null, focus: boolean): void {
    this.cursor = cursor;
    if (cursor && focus) this.reveal(cursor);
    this.render(false);
    this.syncCursor(focus);
  }

  /** The one element of the grid that Tab reaches. */
  cursorElement(): HTMLElement | null {
    return this.scroller.querySelector<HTMLElement>('.sg-body [tabindex="0"]');
  }

  hasFocus(): boolean {
    return this.scroller.contains(document.activeElement);
  }

  private readonly onScroll = (): void => {
    this.scrolled = { x: this.scroller.scrollLeft, y: this.scroller.scrollTop };
    this.render(false);
    this.pin();
    this.onView();
  };

  private scrollTo(x: number | null, y: number | null): void {
    if (x !== null) this.scroller.scrollLeft = x;
    if (y !== null) this.scroller.scrollTop = y;
    this.scrolled = { x: this.scroller.scrollLeft, y: this.scroller.scrollTop };
  }

  private pin(): void {
    const { state } = this;
    if (!state) return;
    this.pinned.place(state.rows, this.offsets, this.scrolled.y, (row) => state.wording.group(row).name);
  }

  private frame(): Frame | null {
    return this.state && { ...this.state, from: this.window.from, to: this.window.to };
  }

  /** What only a screen reader notices waits until the eye has stopped moving. */
  private whenSettled(): void {
    if (this.settle) clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      const frame = this.frame();
      if (frame) for (const view of this.live.values()) view.sayLoad(frame);
      this.inReadingOrder();
    }, SETTLE_MS);
  }

  private measure(): void {
    this.size = { width: this.scroller.clientWidth, height: this.scroller.clientHeight };
    this.nameWidth = this.size.width < NARROW_PX ? GEOMETRY.nameWidthNarrow : GEOMETRY.nameWidth;
    this.layOut();
    this.render(false);
    this.onView();
  }

  private layOut(): void {
    if (!this.state) return;
    this.scroller.style.setProperty("--sg-name", `${this.nameWidth}px`);
    this.scroller.style.setProperty("--sg-width", `${this.nameWidth + widthOf(this.state.scale)}px`);
    this.body.style.height = `${this.offsets.height + FOOT_PX}px`;
  }

  private timeWidth(): number {
    return Math.max(this.size.width - this.nameWidth, 0);
  }

  private viewport(): Viewport {
    return {
      scrollX: this.scrolled.x,
      scrollY: this.scrolled.y,
      width: this.timeWidth(),
      height: Math.max(this.size.height - GEOMETRY.headerHeight, 0),
    };
  }

  private render(force: boolean): void {
    const { state } = this;
    if (!state) return;
    const next = visibleWindow(this.viewport(), this.offsets, state.scale);
    if (!force && sameWindow(next, this.window) && this.isPinned()) return;
    const timeMoved = force || next.from !== this.window.from || next.to !== this.window.to;
    this.window = next;
    const frame: Frame = { ...state, from: next.from, to: next.to };
    if (timeMoved) this.header.paint(frame, state.header);
    const needed = this.neededRows(next);
    for (const [index, view] of this.live) {
      if (needed.has(index)) continue;
      this.live.delete(index);
      this.free.push(view);
    }
    for (const index of needed) this.renderRow(index, frame, force, timeMoved);
    for (const view of this.free) view.element.remove();
    if (force) this.syncCursor(false);
    this.whenSettled();
  }

  private renderRow(index: number, frame: Frame, force: boolean, timeMoved: boolean): void {
    const row = this.state?.rows[index];
    if (!row) return;
    const known = this.live.get(index);
    if (known && !force) {
      if (timeMoved) known.paintTime(frame);
      return;
    }
    const view = known ?? this.free.pop() ?? new RowView();
    this.live.set(index, view);
    view.paint(row, index, this.offsets.top(index), frame);
    if (!view.element.parentNode) this.body.append(view.element);
  }

  /** The row with the keyboard's place stays in the DOM, or scrolling away would lose the focus. */
  private neededRows(window: VisibleWindow): Set<number> {
    const needed = new Set<number>();
    for (let row = Math.max(window.firstRow, 0); row <= window.lastRow; row += 1) needed.add(row);
    if (this.cursor && this.cursor.row < (this.state?.rows.length ?? 0)) needed.add(this.cursor.row);
    return needed;
  }

  private isPinned(): boolean {
    return (
      !this.cursor || this.live.has(this.cursor.row) || this.cursor.row >= (this.state?.rows.length ?? 0)
    );
  }

  private syncCursor(focus: boolean): void {
    const { cursor, state } = this;
    const row = cursor ? state?.rows[cursor.row] : undefined;
    const view = cursor ? this.live.get(cursor.row) : undefined;
    for (const one of this.scroller.querySelectorAll<HTMLElement>(
      '.sg-bar[tabindex="0"], .sg-fold[tabindex="0"]',
    )) {
      one.tabIndex = -1;
    }
    if (!cursor || !state || !row || !view) {
      this.cell.remove();
      return;
    }
    const target =
      row.kind === "group" ? view.foldButton() : (cursor.barId && view.barElement(cursor.barId)) || this.cell;
    if (target === this.cell && row.kind === "track") {
      const { scale } = state;
      this.cell.style.transform = `translateX(${xOfDay(scale, cursor.day)}px)`;
      this.cell.style.width = `${scale.pxPerDay * columnDays(scale.zoom)}px`;
      this.cell.setAttribute("aria-colindex", String(columnOf(scale, cursor.day)));
      this.cell.setAttribute("aria-label", state.wording.cell(row, cursor.day));
      if (this.cell.parentNode !== view.time) view.time.append(this.cell);
    } else if (!this.cell.contains(document.activeElement)) this.cell.remove();
    target.tabIndex = 0;
    if (focus) target.focus({ preventScroll: true });
    if (target !== this.cell) this.cell.remove();
  }

  /** Scrolls a place into view. */
  reveal(cursor: { row: number; day: Day }): void {
    const { scale } = this.state ?? {};
    if (!scale) return;
    const top = this.offsets.top(cursor.row);
    const bottom = this.offsets.top(cursor.row + 1);
    const height = this.size.height - GEOMETRY.headerHeight - FOOT_PX;
    const { x, y } = this.scrolled;
    const left = xOfDay(scale, cursor.day);
    const right = left + scale.pxPerDay * columnDays(scale.zoom);
    const margin = Math.min(120, this.timeWidth() / 4);
    const covered = this.state?.rows[cursor.row]?.kind === "group" ? 0 : this.pinned.height();
    const toY = top < y + covered ? Math.max(top - covered, 0) : bottom > y + height ? bottom - height : null;
    const toX =
      left < x ? left - margin : right > x + this.timeWidth() ? right - this.timeWidth() + margin : null;
    if (toX !== null || toY !== null) this.scrollTo(toX, toY);
  }

  private inReadingOrder(): void {
    const views = [...this.live].sort(([a], [b]) => a - b).map(([, view]) => view);
    putInOrder(
      this.body,
      views.map((view) => view.element),
    );
    for (const view of views) view.inReadingOrder();
  }
}
