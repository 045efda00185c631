/** The mini-map of the rows: all of them in a few pixels, with a frame around those on screen. Pixels, no DOM. */

/** What is on screen of all rows, in the grid's own pixels. */
export interface RowSight {
  /** Scrolled away above. */
  readonly top: number;
  readonly height: number;
  /** Of all rows together. */
  readonly all: number;
}

/** A frame lower than this can't be taken hold of. */
export const FRAME_PX_MIN = 10;

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

const topMax = ({ height, all }: RowSight) => Math.max(all - height, 0);

/** Where the frame stands on a rail of a height: never lower than a finger can hold, never outside. */
export function railBox(rail: number, sight: RowSight): { y: number; height: number } {
  const share = sight.all > 0 ? Math.min(sight.height / sight.all, 1) : 1;
  const height = clamp(rail * share, Math.min(FRAME_PX_MIN, rail), rail);
  const moved = topMax(sight) > 0 ? clamp(sight.top / topMax(sight), 0, 1) : 0;
  return { y: (rail - height) * moved, height };
}

/** What is scrolled away above after the frame's middle was put at a pixel of the rail. */
export function topForMiddle(rail: number, y: number, sight: RowSight): number {
  const { height } = railBox(rail, sight);
  const way = rail - height;
  return way > 0 ? clamp((y - height / 2) / way, 0, 1) * topMax(sight) : 0;
}

/** What is scrolled away above after a key on the frame; null for keys that it doesn't know. */
export function topAfterKey(key: string, row: number, sight: RowSight): number | null {
  const to = (top: number) => clamp(top, 0, topMax(sight));
  switch (key) {
    case "ArrowUp":
      return to(sight.top - row);
    case "ArrowDown":
      return to(sight.top + row);
    case "PageUp":
      return to(sight.top - sight.height);
    case "PageDown":
      return to(sight.top + sight.height);
    case "Home":
      return 0;
    case "End":
      return topMax(sight);
    default:
      return null;
  }
}
