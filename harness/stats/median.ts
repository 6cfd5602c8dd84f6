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

/** The values in ascending order. Refuses non-finite ones, on which no order statistic is defined. */
export function sortFinite(values: readonly number[]): readonly number[] {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`expected finite values, got ${bad}`);
  return values.toSorted((a, b) => a - b);
}
