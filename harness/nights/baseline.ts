import { median } from '../stats/median.ts';

/** What is usual for a series: the middle of its levels, and how far from it they are. */
export interface Baseline {
  readonly middle: number;
  /** As a standard deviation; of normal noise it is one. */
  readonly scale: number;
  /** By how much sums over nights vary more than those of independent ones would. */
  readonly persistence: number;
  /** Nights that it was made of. */
  readonly nights: number;
}

/** How the series of a stratum vary, in the middle of them. */
export type Noise = Pick<Baseline, 'scale' | 'persistence'>;

/** Measured nights that a baseline is made of at most, and at least; those just before tonight may be bad already. */
const most = 30;
const least = 8;
const leftOut = 2;
/** No series is held to be quieter than this (0.3 %): medians of a few equal readings are. */
export const leastScale = 0.003;
/** Makes the median of absolute deviations the standard deviation of normal noise. */
export const normalConsistency = 1.4826;
/** Beyond it the estimate from thirty nights says nothing. */
const mostCorrelation = 0.9;

/** The baseline before a night, of all measured nights before it, oldest first; absent where they are too few. */
export function baselineOf(levels: readonly number[]): Baseline | undefined {
  if (levels.length - leftOut < least) return undefined;
  const window = levels.slice(Math.max(0, levels.length - leftOut - most), levels.length - leftOut);
  const middle = median(window);
  const scale = Math.max(
    normalConsistency * median(window.map((level) => Math.abs(level - middle))),
    leastScale,
  );
  return { middle, scale, persistence: persistenceOf(window), nights: window.length };
}

/** What is known of others counts as much as so many nights of its own. */
const nightsOfOthers = 8;

/** The same baseline with its noise drawn towards that of its stratum, the more the fewer nights it rests on. */
export function withNoiseOf(own: Baseline, others: Noise | undefined): Baseline {
  if (others === undefined) return own;
  const { nights } = own;
  const drawn = (mine: number, theirs: number): number =>
    Math.sqrt((nights * mine ** 2 + nightsOfOthers * theirs ** 2) / (nights + nightsOfOthers));
  return {
    ...own,
    scale: drawn(own.scale, others.scale),
    persistence: drawn(own.persistence, others.persistence),
  };
}

/** How many more nights a series needs until its next one can be judged. */
export const nightsLacking = (measured: number): number => Math.max(0, least + leftOut - measured);

/**
 * What the standard deviation of a long sum is, of that of independent nights: √((1 + φ) / (1 − φ)) for first-order
 * autoregression, with the bias of short series added back (Marriott and Pope 1954: −(1 + 3φ) / n).
 */
function persistenceOf(levels: readonly number[]): number {
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  let square = 0;
  let product = 0;
  let before = 0;
  for (const level of levels) {
    const difference = level - mean;
    square += difference ** 2;
    product += difference * before;
    before = difference;
  }
  const raw = square === 0 ? 0 : product / square;
  const correlation = Math.min(Math.max(raw + (1 + 3 * raw) / levels.length, 0), mostCorrelation);
  return Math.sqrt((1 + correlation) / (1 - correlation));
}
