/** Rows of different heights in one tall column: prefix sums and a binary search. Pixels. */

export interface RowOffsets {
  readonly count: number;
  readonly height: number;
  /** Top edge of a row; `count` gives the bottom of all. */
  top(row: number): number;
  heightOf(row: number): number;
  /** The row at a pixel, clamped to the first and the last; −1 when there are none. */
  rowAt(y: number): number;
}

export function rowOffsets(heights: ArrayLike<number>): RowOffsets {
  const count = heights.length;
  const tops = new Float64Array(count + 1);
  for (let row = 0; row < count; row += 1) tops[row + 1] = (tops[row] as number) + (heights[row] as number);
  const top = (row: number) => tops[Math.min(Math.max(row, 0), count)] as number;
  return {
    count,
    height: tops[count] as number,
    top,
    heightOf: (row) => top(row + 1) - top(row),
    rowAt(y) {
      let low = 0;
      let high = count - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((tops[middle] as number) <= y) low = middle;
        else high = middle - 1;
      }
      return count === 0 ? -1 : low;
    },
  };
}
