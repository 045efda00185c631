/** The sticky header of two lines: pooled cells, painted for the same window of days as the rows. */
import type { HeaderCell, HeaderWriter } from "../time/header";
import { columnOf, xOfDay } from "../time/scale";
import type { Frame } from "./frame";

export class HeaderView {
  readonly element = document.createElement("div");
  readonly corner = document.createElement("div");
  private readonly cells = document.createElement("div");
  private readonly pool: HTMLElement[] = [];

  constructor() {
    this.element.className = "sg-header";
    this.element.setAttribute("role", "row");
    this.element.setAttribute("aria-rowindex", "1");
    this.corner.className = "sg-corner";
    this.corner.setAttribute("role", "columnheader");
    this.corner.setAttribute("aria-colindex", "1");
    this.cells.className = "sg-header-cells";
    this.cells.setAttribute("role", "presentation");
    this.element.append(this.corner, this.cells);
  }

  paint(frame: Frame, writer: HeaderWriter): void {
    const { upper, lower } = writer.cells(frame.scale.zoom, frame.from, frame.to);
    let used = 0;
    for (const cell of upper) this.cell(used++, cell, frame, true);
    for (const cell of lower) this.cell(used++, cell, frame, false);
    for (const spare of this.pool.splice(used)) spare.remove();
  }

  private cell(at: number, cell: HeaderCell, frame: Frame, upper: boolean): void {
    const element = this.pool[at] ?? this.make();
    const isToday = !upper && cell.from <= frame.today && frame.today < cell.until;
    element.className = `sg-head ${upper ? "is-upper" : "is-lower"}${cell.weekend ? " is-weekend" : ""}${isToday ? " is-today" : ""}`;
    const x = xOfDay(frame.scale, cell.from);
    // Not by a transform: sticky text inside would not see it.
    element.style.left = `${x}px`;
    element.style.width = `${xOfDay(frame.scale, cell.until) - x}px`;
    if (upper) {
      element.removeAttribute("aria-colindex");
      element.setAttribute("role", "presentation");
      const span = element.firstElementChild ?? document.createElement("span");
      span.textContent = cell.detail ? `${cell.label} · ${cell.detail}` : cell.label;
      element.replaceChildren(span);
    } else {
      element.setAttribute("role", "columnheader");
      element.setAttribute("aria-colindex", String(columnOf(frame.scale, cell.from)));
      element.textContent = cell.label;
    }
    element.dataset.detail = upper ? "" : cell.detail;
  }

  private make(): HTMLElement {
    const element = document.createElement("div");
    this.cells.append(element);
    this.pool.push(element);
    return element;
  }
}
