// Hours as they add up, month by month, and the months that say something.

/** Sums as they grow. */
export function grown(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

/** From the first month with anything in any of the sums to the last in which one grows, end excluded. */
export function monthsWithin(sums: readonly (readonly number[])[]): { from: number; to: number } {
  const used = sums.filter((one) => (one.at(-1) ?? 0) > 0);
  return {
    from: Math.min(...used.map((one) => one.findIndex((sum) => sum > 0))),
    to: Math.max(...used.map((one) => one.indexOf(one.at(-1) ?? 0))) + 1,
  };
}
