/** What is in the air between pick-up and drop, for the pointer and for the keyboard alike: moves it, shows it, asks for
 * a verdict, and hands over what would be saved. */

import type { ClashChoice } from "../edit/delivery";
import {
  type BarDrag,
  beginDrag,
  type Change,
  changesOf,
  type DragKind,
  type Draw,
  dragBy,
  dragTo,
  drawnRange,
} from "../edit/drag";
import type { Bar, Day } from "../model";
import type { TrackRow } from "../view/rows";
import { projectColor } from "./color";
import type { Ghost, Verdict } from "./ghosts";
import type { Surface } from "./surface";

export interface AirHost {
  /** Called on every step; the verdict of the moment is shown in the same frame. */
  onMoved(changes: readonly Change[], drag: BarDrag): Verdict | null;
  /** `choice` = what was chosen in the air about a clash; null = ask. */
  onDropped(changes: readonly Change[], drag: BarDrag, choice: ClashChoice | null): void;
  /** Empty time is being drawn on: the days so far. */
  onDrawing(range: { from: Day; to: Day }): void;
  onDrawn(row: TrackRow, range: { from: Day; to: Day }): void;
  onLifted(ids: ReadonlySet<string>): void;
}

export class Air {
  private drag: BarDrag | null = null;
  private drawing: Draw | null = null;
  private verdict: Verdict | null = null;
  private choice: ClashChoice | null = null;

  constructor(
    private readonly surface: Surface,
    private readonly host: AirHost,
  ) {}

  isBusy(): boolean {
    return this.drag !== null || this.drawing !== null;
  }

  /** The last day that was drawn to; null when nothing is being drawn. */
  drawnTo(): { row: number; day: Day } | null {
    return this.drawing && { row: this.drawing.track, day: this.drawing.day };
  }

  dragged(): BarDrag | null {
    return this.drag;
  }

  pickUp(kind: DragKind, bars: readonly Bar[], day: Day, row: number): void {
    const at = this.surface.rows()[row];
    const own = new Set(at?.kind === "track" ? at.bars.map((bar) => bar.id) : []);
    const together = bars.every((bar) => own.has(bar.id));
    this.drag = beginDrag(kind, bars, day, row, together);
    this.host.onLifted(new Set(bars.map((bar) => bar.id)));
    this.show();
  }

  startDrawing(row: number, day: Day): void {
    this.drawing = { kind: "draw", track: row, anchor: day, day };
    this.show();
  }

  /** Under the pointer. */
  moveTo(day: Day, row: number): void {
    if (this.drag) {
      const next = dragTo(this.drag, day, this.isTrack(row) ? row : this.drag.track);
      if (next.dayDelta === this.drag.dayDelta && next.track === this.drag.track) return;
      this.drag = next;
      this.changed();
    } else if (this.drawing && this.drawing.day !== day) {
      this.drawing = { ...this.drawing, day };
      this.host.onDrawing(drawnRange(this.drawing));
      this.show();
    }
  }

  /** By a key: days along, rows up or down; group headers are stepped over. */
  moveBy(days: number, rows: number): void {
    if (!this.drag) return;
    const count = this.surface.rows().length;
    let next = dragBy(this.drag, days, rows, count);
    while (rows !== 0 && !this.isTrack(next.track) && next.track > 0 && next.track < count - 1) {
      next = dragBy(next, 0, Math.sign(rows), count);
    }
    this.drag = this.isTrack(next.track) ? next : { ...next, track: this.drag.track };
    this.changed();
  }

  /** Says anew what the server found out meanwhile. */
  judge(verdict: Verdict | null): void {
    this.verdict = verdict;
    if (this.drag) this.show();
  }

  /** Decides in the air what a clash would mean; the same again takes it back. False when nothing clashes. */
  choose(choice: ClashChoice): boolean {
    if (!this.drag || !this.verdict?.clashes) return false;
    this.choice = this.choice === choice ? null : choice;
    this.show();
    return true;
  }

  chosen(): ClashChoice | null {
    return this.choice;
  }

  drop(): void {
    const { drag, drawing, verdict } = this;
    const choice = verdict?.clashes ? this.choice : null;
    const changes = this.changes();
    this.end();
    if (drag && changes.length > 0) this.host.onDropped(changes, drag, choice);
    const row = drawing && this.surface.rows()[drawing.track];
    if (drawing && row?.kind === "track") this.host.onDrawn(row, drawnRange(drawing));
  }

  cancel(): void {
    this.end();
  }

  changes(): Change[] {
    const { drag } = this;
    if (!drag) return [];
    const from = this.trackId(drag.startTrack);
    return changesOf(drag, (row) => {
      const id = this.trackId(row);
      return id === from ? null : id;
    });
  }

  private end(): void {
    this.drag = null;
    this.drawing = null;
    this.verdict = null;
    this.choice = null;
    this.surface.ghosts.clear();
    this.host.onLifted(new Set());
  }

  private changed(): void {
    if (this.drag) this.verdict = this.host.onMoved(this.changes(), this.drag);
    this.show();
  }

  private trackId(row: number): string | null {
    const at = this.surface.rows()[row];
    return at?.kind === "track" ? at.id : null;
  }

  private isTrack(row: number): boolean {
    return this.surface.rows()[row]?.kind === "track";
  }

  private show(): void {
    const state = this.surface.current();
    if (!state) return;
    const ghosts = this.drag
      ? this.dragGhosts(this.drag)
      : this.drawing
        ? [this.drawGhost(this.drawing)]
        : [];
    const { verdict, choice } = this;
    const note = verdict?.clashes
      ? { ...verdict, text: `${verdict.text}\n${state.wording.choice(choice)}` }
      : verdict;
    this.surface.ghosts.show(ghosts, state.scale, this.surface.sight(), note, choice);
  }

  private dragGhosts(drag: BarDrag): Ghost[] {
    const state = this.surface.current();
    const rows = this.surface.rows();
    const changed = new Map(this.changes().map((change) => [change.bar.id, change]));
    return drag.bars.flatMap((bar, at): Ghost[] => {
      const { from, to } = changed.get(bar.id) ?? bar;
      const home = drag.together || at === 0 ? drag.startTrack : rowOf(rows, bar.id);
      if (home < 0) return [];
      const row = drag.together ? drag.track : home;
      const lane = row === home ? laneOf(rows[home], bar.id) : 0;
      const color = projectColor(state?.project(bar.projectId));
      return [
        {
          row,
          top: this.surface.rowTop(row),
          lane,
          from,
          to,
          color,
          text: state?.wording.range(from, to) ?? "",
        },
      ];
    });
  }

  private drawGhost(draw: Draw): Ghost {
    const { from, to } = drawnRange(draw);
    const text = this.surface.current()?.wording.range(from, to) ?? "";
    return {
      row: draw.track,
      top: this.surface.rowTop(draw.track),
      lane: 0,
      from,
      to,
      color: "var(--accent)",
      text,
    };
  }
}

function rowOf(rows: ReturnType<Surface["rows"]>, barId: string): number {
  return rows.findIndex((row) => row.kind === "track" && row.bars.some((bar) => bar.id === barId));
}

function laneOf(row: ReturnType<Surface["rows"]>[number] | undefined, barId: string): number {
  if (row?.kind !== "track") return 0;
  return row.lane[row.bars.findIndex((bar) => bar.id === barId)] ?? 0;
}
