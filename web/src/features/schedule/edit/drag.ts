/** Drag arithmetic: what bars would become, from where the pointer went down to where it is now. No DOM, no clock.
 * The keyboard's pick-up uses the same states, so that both ways of moving give the same answer. */
import { type Bar, type Day, type Effort, OPEN_END } from "../model";
import { formatDay, parseDay } from "../time/days";
import type { BarPatch } from "./deeds";

export type DragKind = "move" | "resize-start" | "resize-end";

export interface BarDrag {
  readonly kind: DragKind;
  /** All bars that go along; the first is the one that was taken. */
  readonly bars: readonly Bar[];
  readonly startDay: Day;
  readonly startTrack: number;
  /** All bars stand in the same row: then they may go to another one together. */
  readonly together: boolean;
  readonly dayDelta: number;
  /** Where the taken bar would land. */
  readonly track: number;
}

/** Empty time being drawn on. */
export interface Draw {
  readonly kind: "draw";
  readonly track: number;
  readonly anchor: Day;
  readonly day: Day;
}

export interface Change {
  readonly bar: Bar;
  readonly from: Day;
  readonly to: Day;
  /** Row (person or project) that the bar lands on; null when it stays. */
  readonly trackId: string | null;
}

export function beginDrag(
  kind: DragKind,
  bars: readonly Bar[],
  day: Day,
  track: number,
  together = bars.length === 1,
): BarDrag {
  return { kind, bars, startDay: day, startTrack: track, together, dayDelta: 0, track };
}

/** Pointer at a day and row; resizing stays in its row. */
export function dragTo(drag: BarDrag, day: Day, track: number): BarDrag {
  return { ...drag, dayDelta: day - drag.startDay, track: drag.kind === "move" ? track : drag.startTrack };
}

/** One key press: days along, rows up or down. */
export function dragBy(drag: BarDrag, days: number, tracks: number, trackCount: number): BarDrag {
  const track = Math.min(Math.max(drag.track + tracks, 0), Math.max(trackCount - 1, 0));
  return { ...drag, dayDelta: drag.dayDelta + days, track: drag.kind === "move" ? track : drag.startTrack };
}

/** What would be saved. Empty when nothing changes. Bars of different rows keep their rows. */
export function changesOf(drag: BarDrag, trackIdAt: (track: number) => string | null): Change[] {
  const landed = drag.track === drag.startTrack || !drag.together ? null : trackIdAt(drag.track);
  return drag.bars
    .map((bar) => ({ bar, ...rangeAfter(bar, drag.kind, drag.dayDelta), trackId: landed }))
    .filter(({ bar, from, to, trackId }) => from !== bar.from || to !== bar.to || trackId !== null);
}

/** A resized bar keeps at least one day; an open end stays open, and one that follows from the effort can't be dragged. */
export function rangeAfter(bar: Bar, kind: DragKind, days: number): { from: Day; to: Day } {
  const open = bar.to === OPEN_END;
  switch (kind) {
    case "move":
      return { from: bar.from + days, to: open ? OPEN_END : bar.to + days };
    case "resize-start":
      return { from: Math.min(bar.from + days, bar.to), to: bar.to };
    case "resize-end":
      return { from: bar.from, to: open || bar.flexible ? bar.to : Math.max(bar.to + days, bar.from) };
  }
}

export function drawnRange(draw: Draw): { from: Day; to: Day } {
  return { from: Math.min(draw.anchor, draw.day), to: Math.max(draw.anchor, draw.day) };
}

/** What to save for a change. A time-phased effort goes along with its days. */
export function patchOf({ bar, from, to, trackId }: Change, trackField: "personId" | "projectId"): BarPatch {
  const shift = from - bar.from;
  const isMove = shift !== 0 && (bar.to === OPEN_END || to - bar.to === shift);
  return {
    ...(from !== bar.from && { from }),
    ...(to !== bar.to && !bar.flexible && { to }),
    ...(isMove && bar.effort.form === "phased" && { effort: shifted(bar.effort, shift) }),
    ...(trackId !== null && { [trackField]: trackId }),
  };
}

function shifted(effort: Extract<Effort, { form: "phased" }>, days: number): Effort {
  const move = (iso: string) => formatDay(parseDay(iso) + days);
  return {
    form: "phased",
    spans: effort.spans.map((span) => ({ ...span, from: move(span.from), to: move(span.to) })),
  };
}
