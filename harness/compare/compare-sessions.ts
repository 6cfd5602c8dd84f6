import type { ComparisonReason, ComparisonRow } from '../../reports/verdict/comparison.ts';
import { fiellerRatioInterval } from './fieller-ratio-interval.ts';
import { studentTQuantile } from './student-t-quantile.ts';

/**
 * Each side needs as many for an interval of its own. Runs of one session share heat, clocks and neighbours: with one session a side
 * and as much spread between sessions as between runs, an interval over runs calls a machine that lost the whole margin non-inferior
 * in a quarter of all cases, and more runs make that worse (docs/variability.md).
 */
export const leastSessions = 3;

/** Of each statement by itself, so that the interval has 90 %. */
export const confidence = 0.95;

/** How much a metric differs between sessions of one machine that nothing was done to, as somebody stated it. */
export interface StatedSpread {
  /** Relative standard deviation of session medians. */
  readonly spread: number;
  /** Of how many sessions it is: its degrees of freedom are one less. */
  readonly sessions: number;
}

export type SessionsCompared = Pick<ComparisonRow, 'ratio' | 'outcome' | 'reason'>;

/**
 * Whether a metric is as good after as before, but for a share of `margin`: the interval of the ratio, in the direction that is
 * good, lies above 1 − margin (non-inferior), below it (inferior) or across it (undecided). From three sessions a side on by Fieller's
 * theorem with the degrees of freedom of the side that has fewer; else by the stated spread on the scale of logarithms; else undecided.
 * Takes the medians of sessions.
 */
export function compareSessions(
  before: readonly number[],
  after: readonly number[],
  rule: {
    readonly better: 'higher' | 'lower';
    readonly margin: number;
    readonly stated?: StatedSpread | undefined;
  },
): SessionsCompared {
  const bad = [before, after].findIndex((values) =>
    values.some((value) => !(value > 0 && Number.isFinite(value))),
  );
  if (bad !== -1) return undecided({ say: 'not-positive', side: bad === 0 ? 'before' : 'after' });
  const [good, base] = rule.better === 'higher' ? [after, before] : [before, after];
  const fewest = Math.min(before.length, after.length);
  if (fewest >= leastSessions) {
    const interval = intervalOf(good, base, fewest - 1);
    return interval === undefined
      ? undecided({ say: 'unbounded' })
      : decide({ ...interval, by: 'sessions' }, rule.margin);
  }
  if (rule.stated === undefined || fewest === 0)
    return undecided({
      say: 'few-sessions',
      before: before.length,
      after: after.length,
      needed: leastSessions,
    });
  const { spread, sessions } = rule.stated;
  const value = geometricMean(good) / geometricMean(base);
  const half =
    studentTQuantile(confidence, sessions - 1) * spread * Math.sqrt(1 / good.length + 1 / base.length);
  return decide(
    { value, lower: value * Math.exp(-half), upper: value * Math.exp(half), by: 'stated' },
    rule.margin,
  );
}

const undecided = (reason: ComparisonReason): SessionsCompared => ({ outcome: 'undecided', reason });

function decide(ratio: NonNullable<ComparisonRow['ratio']>, margin: number): SessionsCompared {
  const floor = 1 - margin;
  const outcome = ratio.lower > floor ? 'non-inferior' : ratio.upper < floor ? 'inferior' : 'undecided';
  return { ratio, outcome, reason: { say: 'interval' } };
}

/** Absent where the denominator is lost in its own spread: the ratio could be anything. */
function intervalOf(good: readonly number[], base: readonly number[], degreesOfFreedom: number) {
  try {
    const { ratio, lower, upper } = fiellerRatioInterval(good, base, 2 * confidence - 1, degreesOfFreedom);
    return { value: ratio, lower, upper };
  } catch (cause) {
    // The values were checked: what is left is that the interval is unbounded.
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** The mean on the scale of logarithms. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
