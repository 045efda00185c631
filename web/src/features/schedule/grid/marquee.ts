/** A frame drawn over the grid: what it touches is selected while it grows. */
import { barsInFrame, type Corner, rectOf } from "../layout/marquee";
import type { Surface } from "./surface";

export interface MarqueeHost {
  /** Ids in the frame, at each change; `before` is what stays selected besides. */
  onFramed(ids: readonly string[], before: ReadonlySet<string>): void;
  selectedIds(): ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export class Marquee {
  private anchor: Corner | null = null;
  private before = NOTHING;
  private framed = "";
  private readonly element = document.createElement("div");

  constructor(
    private readonly surface: Surface,
    private readonly host: MarqueeHost,
  ) {
    this.element.className = "sg-frame";
  }

  isBusy(): boolean {
    return this.anchor !== null;
  }

  start(at: Corner, adding: boolean): void {
    this.anchor = at;
    this.before = adding ? this.host.selectedIds() : NOTHING;
    this.framed = "";
    this.host.onFramed([], this.before);
    this.surface.ghosts.element.append(this.element);
    this.moveTo(at);
  }

  moveTo(to: Corner): void {
    const state = this.surface.current();
    if (!this.anchor || !state) return;
    const rect = rectOf(this.anchor, to);
    const hidden = Math.max(this.surface.sight().left - rect.left, 0);
    this.element.style.transform = `translate(${rect.left + hidden}px, ${rect.top}px)`;
    this.element.style.width = `${Math.max(rect.width - hidden, 0)}px`;
    this.element.style.height = `${rect.height}px`;
    const rows = state.rows.map((row) => (row.kind === "track" ? row : null));
    const ids = barsInFrame(rows, this.surface.rowOffsets(), state.scale, rect).map((bar) => bar.id);
    const framed = ids.join(" ");
    if (framed === this.framed) return;
    this.framed = framed;
    this.host.onFramed(ids, this.before);
  }

  end(): void {
    this.anchor = null;
    this.element.remove();
  }

  /** Gives back what was selected before. */
  cancel(): void {
    if (this.anchor) this.host.onFramed([], this.before);
    this.end();
  }
}
