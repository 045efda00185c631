/** What every painter of one frame shares: the scale, the window of days, the loads and the words. */

import type { ClashChoice } from "../edit/delivery";
import type { StripOptions } from "../load/heat";
import type { Bar, Buckets, Day, Load, Project } from "../model";
import type { TimeScale } from "../time/scale";
import type { GroupRow, TrackRow } from "../view/rows";

/** The text of the grid in the reader's language; made by React, used by painters. */
export interface Wording {
  bar(bar: Bar, row: TrackRow): { text: string; label: string };
  track(row: TrackRow): { name: string; detail: string };
  group(row: GroupRow): { name: string; label: string };
  /** Of an empty cell: whose, when, how much is free. */
  cell(row: TrackRow, day: Day): string;
  /** Of a row's load strip over the days on screen. */
  strip(row: TrackRow, from: Day, to: Day): string;
  /** Beside bars that are being dragged. */
  range(from: Day, to: Day): string;
  /** What a drop would do about a clash, and the keys that change it. */
  choice(choice: ClashChoice | null): string;
  /** Of the button beside open demand. */
  ask(row: TrackRow): string;
}

export interface Loads {
  readonly buckets: Buckets;
  of(trackId: string): Load | null;
}

export interface Frame {
  readonly scale: TimeScale;
  /** Days to paint, inclusive. */
  readonly from: Day;
  readonly to: Day;
  readonly today: Day;
  readonly loads: Loads | null;
  readonly strip: StripOptions;
  readonly wording: Wording;
  readonly selected: ReadonlySet<string>;
  /** Bars in the air are shown dimmed where they were. */
  readonly lifted: ReadonlySet<string>;
  project(id: string): Project | undefined;
  /** The page of a row's person or project. */
  href(row: TrackRow): string;
  /** In the project view a bar wears its project's colour too; placeholders are outlined. */
  readonly editable: boolean;
}
