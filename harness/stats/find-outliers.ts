import { median } from './median.ts';
import { outlierBound } from './outlier-bounds.ts';

/** Less far from the median is of no practical matter. */
export const outlierMargin = 0.03;
/** Equal machines of whom the middle half agree to the last digit are not all outliers: no spread is smaller than this share. */
const leastSpread = 0.003;
/** A fifth of a group, and three at least, are no outliers but another kind. */
const [leastShare, leastMany] = [0.2, 3];
/** Two kinds lie this many of their own robust standard deviations apart; the halves of one normal or uniform group lie 3 apart. */
const apart = 6;

/** Places of values: those that lie too far on the bad side, worst first; or those of the worse of two kinds. */
export type FoundOutliers =
  | { readonly kind: 'none' }
  | { readonly kind: 'outliers'; readonly median: number; readonly places: readonly number[] }
  | {
      readonly kind: 'two-groups';
      readonly medians: readonly [number, number];
      readonly places: readonly number[];
    };

/**
 * Who of equal machines lies too far from the median of all, in the bad direction: by the bound for their number and by 3 % of the
 * median. One machine moves the median by one place at most, so it makes nobody else an outlier. Where there are two kinds (two
 * firmwares) nobody is one. Throws RangeError on values that are not finite and positive.
 */
export function findOutliers(
  values: readonly number[],
  { better, groups }: { readonly better: 'higher' | 'lower'; readonly groups: number },
): FoundOutliers {
  if (!values.every((value) => Number.isFinite(value) && value > 0))
    throw new RangeError('expected finite values above 0');
  const two = findTwoGroups(values, better);
  if (two !== undefined) return two;
  const center = median(values);
  const spread = spreadOf(values, center);
  const bound = outlierBound(values.length, groups);
  const badness = (value: number): number => (better === 'higher' ? center - value : value - center);
  const places = [...values.keys()]
    .filter((place) => {
      const far = badness(values[place] ?? center);
      return far >= outlierMargin * center && far / spread > bound;
    })
    .toSorted((a, b) => badness(values[b] ?? center) - badness(values[a] ?? center));
  return places.length === 0 ? { kind: 'none' } : { kind: 'outliers', median: center, places };
}

const spreadOf = (values: readonly number[], center: number): number =>
  Math.max(1.4826 * median(values.map((value) => Math.abs(value - center))), leastSpread * center);

function findTwoGroups(values: readonly number[], better: 'higher' | 'lower'): FoundOutliers | undefined {
  const order = [...values.keys()].toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const sorted = order.map((place) => values[place] ?? 0);
  const least = Math.max(leastMany, Math.ceil(leastShare * values.length));
  // Where the sum of squares within the two sides is least, that between them is most.
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let [split, most, left] = [0, 0, 0];
  for (let n = 1; n < sorted.length; n += 1) {
    left += sorted[n - 1] ?? 0;
    const between = (left / n - (total - left) / (sorted.length - n)) ** 2 * n * (sorted.length - n);
    if (between > most) [split, most] = [n, between];
  }
  if (Math.min(split, sorted.length - split) < least) return undefined;
  const [low, high] = [sorted.slice(0, split), sorted.slice(split)];
  const medians = [median(low), median(high)] as const;
  const distance = medians[1] - medians[0];
  const spread = Math.max(spreadOf(low, medians[0]), spreadOf(high, medians[1]));
  if (distance < outlierMargin * median(sorted) || distance < apart * spread) return undefined;
  const isLow = better === 'higher';
  return { kind: 'two-groups', medians, places: isLow ? order.slice(0, split) : order.slice(split) };
}
