/**
 * The median: the middle order statistic, or the mean of the two middle ones (Hyndman and Fan 1996, all types
 * agree on it). Refuses an empty list and non-finite values: there is no median of nothing.
 */
export function median(values: readonly number[]): number {
  const sorted = sortFinite(values);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined)
    throw new RangeError('expected at least one value, got none');
  // Halves first: the sum of two large values could overflow.
  return lower === upper ? lower : lower / 2 + upper / 2;
}

/** Longer lists are sorted faster by the engine. */
const fewValues = 64;

/** The values in ascending order. Refuses non-finite ones, on which no order statistic is defined. */
export function sortFinite(values: readonly number[]): ArrayLike<number> {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`expected finite values, got ${bad}`);
  if (values.length > fewValues) return new Float64Array(values).sort();
  const sorted = values.slice();
  for (let at = 1; at < sorted.length; at += 1) {
    const value = sorted[at] ?? 0;
    let place = at;
    for (; place > 0 && (sorted[place - 1] ?? 0) > value; place -= 1) sorted[place] = sorted[place - 1] ?? 0;
    sorted[place] = value;
  }
  return sorted;
}
