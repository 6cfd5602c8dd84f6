/** The lowest and the highest of values; of none Infinity and -Infinity. Of any number of them, which are too many arguments for Math.min. */
export function rangeOf(values: readonly number[]): { readonly min: number; readonly max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
