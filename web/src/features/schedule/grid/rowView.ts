/** One pooled row of the grid: its name cell, its strip and its bars. Painting reuses every node it can. */
import { GEOMETRY, laneTop } from "../layout/geometry";
import { LEVELS } from "../load/heat";
import { type Bar, OPEN_END } from "../model";
import { columnOf, spanOf, xOfDay } from "../time/scale";
import type { GroupRow, Row, TrackRow } from "../view/rows";
import { projectColor } from "./color";
import type { Frame } from "./frame";
import { putInOrder } from "./readingOrder";
import { awayPaths, type Box, holidayPath, levelPaths, milestonePath, overMarks } from "./stripPaths";

const SVG = "http://www.w3.org/2000/svg";
/** Wider bars keep their text in sight while they are scrolled. */
const STICKY_TEXT_PX = 150;
const TEXT_PX_MIN = 26;
/** About the width of a character; of text that may be too long for its bar the end is left out with an ellipsis. */
const CHARACTER_PX = 7;

const LAYERS = ["away", "away-pending", "holiday", ...LEVELS, "mark", "milestone"] as const;
type Layer = (typeof LAYERS)[number];

export class RowView {
  readonly element = part("div", "sg-row", "row");
  /** Where bars and the keyboard's cell stand. */
  readonly time = part("div", "sg-time", "presentation");
  readonly name = part("div", "sg-name", "rowheader");
  row: Row | null = null;
  index = -1;
  private readonly title = part("a", "sg-title");
  private readonly ask = part("button", "sg-ask");
  private readonly detail = part("span", "sg-detail");
  private readonly fold = part("button", "sg-fold");
  private readonly strip = part("div", "sg-strip", "gridcell");
  private readonly drawing = document.createElementNS(SVG, "svg");
  private readonly layers = new Map<Layer, SVGPathElement>();
  private bars = new Map<string, HTMLElement>();

  constructor() {
    this.drawing.setAttribute("class", "sg-drawing");
    this.drawing.setAttribute("aria-hidden", "true");
    this.fold.setAttribute("type", "button");
    this.fold.tabIndex = -1;
    this.title.tabIndex = -1;
    this.title.draggable = false;
    this.ask.setAttribute("type", "button");
    this.ask.tabIndex = -1;
    this.ask.textContent = "?";
    this.strip.setAttribute("aria-colindex", "2");
    this.name.setAttribute("aria-colindex", "1");
    this.time.append(this.drawing);
    this.element.append(this.name, this.time);
  }

  /** Puts a row into the view: place, height and name. Bars follow with `paintTime`. */
  paint(row: Row, index: number, top: number, frame: Frame): void {
    if (index !== this.index) {
      this.element.setAttribute("aria-rowindex", String(index + 2));
      this.element.dataset.row = String(index);
    }
    this.element.style.transform = `translateY(${top}px)`;
    this.element.style.height = `${row.height}px`;
    this.row = row;
    this.index = index;
    if (row.kind === "group") this.paintGroup(row, frame);
    else this.paintName(row, frame);
    this.paintTime(frame);
  }

  /** Paints what stands in the window of days. */
  paintTime(frame: Frame): void {
    const row = this.row;
    if (row?.kind !== "track") {
      this.clearTime();
      return;
    }
    if (!this.drawing.parentNode) this.time.prepend(this.drawing);
    this.paintDrawing(row, frame);
    this.paintBars(row, frame);
  }

  barElement(id: string): HTMLElement | undefined {
    return this.bars.get(id);
  }

  foldButton(): HTMLElement {
    return this.fold;
  }

  private paintGroup(row: GroupRow, frame: Frame): void {
    const { name, label } = frame.wording.group(row);
    this.element.className = "sg-row sg-group";
    this.fold.textContent = name;
    this.fold.dataset.count = String(row.count);
    this.fold.setAttribute("aria-label", label);
    this.fold.setAttribute("aria-expanded", String(!row.collapsed));
    if (this.fold.parentNode !== this.name) this.name.replaceChildren(this.fold);
  }

  private paintName(row: TrackRow, frame: Frame): void {
    const { name, detail } = frame.wording.track(row);
    const open = row.person?.kind === "placeholder";
    this.element.className = open ? "sg-row sg-open" : "sg-row";
    this.title.textContent = name;
    this.title.href = frame.href(row);
    this.detail.textContent = detail;
    this.name.style.setProperty("--c", row.person ? "transparent" : projectColor(row.project ?? undefined));
    if (this.title.parentNode !== this.name) this.name.replaceChildren(this.title, this.detail);
    const asks = open && frame.editable && row.bars.length > 0;
    if (!asks) this.ask.remove();
    else {
      const words = frame.wording.ask(row);
      this.ask.setAttribute("aria-label", words);
      this.ask.title = words;
      if (this.ask.parentNode !== this.name) this.name.append(this.ask);
    }
  }

  private clearTime(): void {
    for (const bar of this.bars.values()) bar.remove();
    this.bars = new Map();
    this.drawing.remove();
    this.strip.remove();
  }

  private paintDrawing(row: TrackRow, frame: Frame): void {
    const { scale } = frame;
    const left = xOfDay(scale, frame.from);
    const box: Box = { from: frame.from, to: frame.to, left };
    this.drawing.style.transform = `translateX(${left}px)`;
    this.drawing.setAttribute("width", String(xOfDay(scale, frame.to + 1) - left));
    this.drawing.setAttribute("height", String(row.height));
    const away = awayPaths(row.track.away, scale, box, row.height);
    this.draw("away", away.sure);
    this.draw("away-pending", away.pending);
    this.draw("milestone", milestonePath(row.track.milestones, scale, box));
    this.drawLoad(row, frame, box);
    if (this.strip.parentNode !== this.time) this.time.append(this.strip);
  }

  /** Paints only what follows from the row's load. */
  paintLoad(frame: Frame): void {
    if (this.row?.kind !== "track") return;
    this.drawLoad(this.row, frame, { from: frame.from, to: frame.to, left: xOfDay(frame.scale, frame.from) });
  }

  /** Says the load of the days in the window to those who don't see the strip. */
  sayLoad(frame: Frame): void {
    if (this.row?.kind === "track")
      this.strip.setAttribute("aria-label", frame.wording.strip(this.row, frame.from, frame.to));
  }

  /** Bars by their start, as they are seen. */
  inReadingOrder(): void {
    putInOrder(this.time, [...this.bars.values()]);
  }

  private drawLoad(row: TrackRow, frame: Frame, box: Box): void {
    const { scale } = frame;
    const load = frame.loads?.of(row.id) ?? null;
    const buckets = frame.loads?.buckets;
    const levels = load && buckets ? levelPaths(load, buckets, scale, box, frame.strip) : null;
    for (const level of LEVELS) this.draw(level, levels?.get(level) ?? "");
    this.draw("holiday", load && buckets ? holidayPath(load, buckets, scale, box, row.height) : "");
    this.draw("mark", load && buckets ? overMarks(load, buckets, scale, box, frame.strip) : "");
  }

  private draw(layer: Layer, data: string): void {
    let path = this.layers.get(layer);
    if (data === "") {
      if (path) {
        path.remove();
        this.layers.delete(layer);
      }
      return;
    }
    if (!path) {
      path = document.createElementNS(SVG, "path");
      path.setAttribute("class", `sg-${layer}`);
      this.layers.set(layer, path);
      const after = LAYERS.slice(LAYERS.indexOf(layer) + 1).find((one) => this.layers.has(one));
      this.drawing.insertBefore(path, after ? (this.layers.get(after) ?? null) : null);
    }
    path.setAttribute("d", data);
  }

  private paintBars(row: TrackRow, frame: Frame): void {
    const before = this.bars;
    const after = new Map<string, HTMLElement>();
    const spare: HTMLElement[] = [];
    const visible: [Bar, number][] = [];
    row.bars.forEach((bar, at) => {
      if (bar.from <= frame.to && bar.to >= frame.from) visible.push([bar, row.lane[at] as number]);
    });
    const ids = new Set(visible.map(([bar]) => bar.id));
    for (const [id, element] of before) if (!ids.has(id)) spare.push(element);
    for (const [bar, lane] of visible) {
      const element = before.get(bar.id) ?? spare.pop() ?? barNode(this.time);
      paintBar(element, bar, lane, row, frame);
      after.set(bar.id, element);
    }
    for (const element of spare) element.remove();
    this.bars = after;
  }
}

function paintBar(element: HTMLElement, bar: Bar, lane: number, row: TrackRow, frame: Frame): void {
  const { scale } = frame;
  const { x, width } = spanOf(scale, bar.from, bar.to);
  const { text, label } = frame.wording.bar(bar, row);
  const selected = frame.selected.has(bar.id);
  element.className = [
    "sg-bar",
    bar.tentative && "is-tentative",
    bar.pending && "is-pending",
    selected && "is-selected",
    frame.lifted.has(bar.id) && "is-lifted",
    bar.to === OPEN_END && "is-open",
    bar.from < scale.origin && "is-cut",
  ]
    .filter(Boolean)
    .join(" ");
  element.dataset.bar = bar.id;
  if (element.title) element.removeAttribute("title");
  // Not by a transform: sticky text inside would not see it.
  element.style.left = `${x}px`;
  element.style.top = `${laneTop(lane)}px`;
  element.style.width = `${Math.max(width - 1, 2)}px`;
  element.style.setProperty("--c", projectColor(frame.project(bar.projectId)));
  element.setAttribute("aria-label", label);
  element.setAttribute("aria-selected", String(selected));
  element.setAttribute("aria-colindex", String(columnOf(scale, bar.from)));
  element.setAttribute("aria-colspan", String(columnOf(scale, bar.to) - columnOf(scale, bar.from) + 1));
  const sticks = width > STICKY_TEXT_PX && width > text.length * CHARACTER_PX;
  writeText(element, width < TEXT_PX_MIN ? "" : text, sticks);
}

function writeText(element: HTMLElement, text: string, sticky: boolean): void {
  const span = element.firstElementChild;
  if (sticky) {
    const label = span ?? part("span", "sg-bar-text");
    label.textContent = text;
    if (!span) element.replaceChildren(label);
  } else if (span || element.textContent !== text) {
    element.textContent = text;
  }
}

function barNode(parent: HTMLElement): HTMLElement {
  const element = part("div", "sg-bar", "gridcell");
  element.tabIndex = -1;
  element.style.height = `${GEOMETRY.laneHeight}px`;
  parent.append(element);
  return element;
}

function part<Tag extends "div" | "span" | "button" | "a">(
  tag: Tag,
  className: string,
  role?: string,
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = className;
  if (role) element.setAttribute("role", role);
  return element;
}
