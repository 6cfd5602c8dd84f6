import type { Said } from '../../reports/verdict/said.ts';
import type { Sampling } from '../../workloads/kit/requirement.ts';
import { median, sortFinite } from '../stats/median.ts';
import { extremeNight, isBeyond, offNight } from '../stats/night-bounds.ts';

/** What a value is held against, and how surely. */
export interface DecisionRule {
  readonly comparator: 'atLeast' | 'atMost' | 'equal';
  readonly value: number;
  readonly sampling: Sampling;
  /** Of `series`: what is usual for the subject, where enough nights before are known. */
  readonly usual?: Usual | undefined;
}

/** Where a series usually lies, and how far its nights are from that (standard deviation of the logarithm). */
export interface Usual {
  readonly better: 'higher' | 'lower';
  readonly middle: number;
  readonly scale: number;
  readonly nights: number;
}

/** `more`: another look may still decide. `stop`: nothing left to look at, and neither pass nor fail. */
export interface Decision {
  readonly decision: 'pass' | 'fail' | 'more' | 'stop';
  readonly reason: Said;
}

/** The looks of `typical` and how many runs must hold at each: 6 of 6, or 8 of 9, or 10 of 12. */
export const looks = [
  { runs: 6, needed: 6 },
  { runs: 9, needed: 8 },
  { runs: 12, needed: 10 },
] as const;

/** A screening fails only below this fraction of the limit; between the two it is inconclusive. */
export const screeningMargin = 0.9;

/**
 * The one rule by which values become a verdict. Pure, and the order of the values does not matter: it counts
 * those that hold, so that nobody can pick which runs come first. Throws `RangeError` on anything not finite.
 */
export function decide(values: readonly number[], rule: DecisionRule): Decision {
  sortFinite([...values, rule.value]);
  if (rule.comparator === 'equal' && rule.sampling !== 'exact') {
    throw new RangeError(`expected sampling \`exact\` with \`equal\`, got \`${rule.sampling}\``);
  }
  if (values.length === 0) return { decision: 'more', reason: { say: 'nothing-measured' } };
  switch (rule.sampling) {
    case 'exact':
      return decideExact(values, rule);
    case 'screening':
      // Without a positive limit there is no 0.9 of it: every observation counts.
      return rule.value > 0 ? decideScreening(values, rule) : decideExact(values, rule);
    case 'typical':
      return decideTypical(values, rule);
    case 'windows':
      return decideWindows(values, rule);
    case 'series':
      return decideSeries(values, rule);
  }
}

/** Whether one value meets a limit. */
export function holds(
  value: number,
  { comparator, value: limit }: Pick<DecisionRule, 'comparator' | 'value'>,
): boolean {
  switch (comparator) {
    case 'atLeast':
      return value >= limit;
    case 'atMost':
      return value <= limit;
    case 'equal':
      return value === limit;
  }
}

const countHolding = (values: readonly number[], rule: DecisionRule) =>
  values.filter((value) => holds(value, rule)).length;

function decideExact(values: readonly number[], rule: DecisionRule): Decision {
  const violating = values.length - countHolding(values, rule);
  return {
    decision: violating > 0 ? 'fail' : 'pass',
    reason: { say: 'observations', violating, of: values.length },
  };
}

function decideScreening(values: readonly number[], rule: DecisionRule): Decision {
  const middle = median(values);
  const said = { say: 'median', runs: values.length } as const;
  if (holds(middle, rule)) return { decision: 'pass', reason: said };
  // Mirrored by reciprocals: 0.9·T for a floor is T/0.9 for a ceiling.
  const isFar =
    rule.comparator === 'atLeast'
      ? middle < screeningMargin * rule.value
      : middle > rule.value / screeningMargin;
  return isFar
    ? { decision: 'fail', reason: { ...said, misses: 'far' } }
    : { decision: 'stop', reason: { ...said, misses: 'near' } };
}

/**
 * Values beyond the last look are pooled, not ignored and not a new start: at most 2 misses in all still pass,
 * at most 2 hits in all still fail. More runs can therefore never turn a measured miss into a pass.
 */
function decideTypical(values: readonly number[], rule: DecisionRule): Decision {
  const n = values.length;
  const held = countHolding(values, rule);
  const last = looks[looks.length - 1] as (typeof looks)[number];
  const look = looks.find(({ runs }) => runs === n) ?? (n > last.runs ? last : undefined);
  if (look === undefined) {
    const next = looks.find(({ runs }) => runs > n)?.runs ?? n;
    return { decision: 'more', reason: { say: 'next-look', held, runs: n, next } };
  }
  const allowed = look.runs - look.needed;
  if (n - held <= allowed)
    return { decision: 'pass', reason: { say: 'runs-hold', held, runs: n, needed: n - allowed } };
  if (held <= allowed) return { decision: 'fail', reason: { say: 'runs-miss', missed: n - held, runs: n } };
  return look === last
    ? { decision: 'stop', reason: { say: 'last-look', held, runs: n } }
    : { decision: 'more', reason: { say: 'next-look', held, runs: n } };
}

/** What a pass at the boundary is worth: 1/64 at the first look of `typical`, 3/256 more at the second, 33/4096 more at the third. */
export const alpha = 1 / 64 + 3 / 256 + 33 / 4096;

/** With fewer windows even all of them would pass at the boundary more often than α: 1/2⁵ < α < 1/2⁴. */
export const leastWindows = 5;

/**
 * The windows of one run, looked at once when it is over: the median of the run holds where so few of them miss that a median at the
 * limit would give that with at most α (sign test, independent windows); fails by the mirror rule.
 */
function decideWindows(values: readonly number[], rule: DecisionRule): Decision {
  const n = values.length;
  if (n < leastWindows)
    return { decision: 'stop', reason: { say: 'few-windows', windows: n, least: leastWindows } };
  const held = countHolding(values, rule);
  const allowed = mostMisses(n);
  const reason = { say: 'windows', held, of: n, needed: n - allowed } as const;
  if (n - held <= allowed) return { decision: 'pass', reason };
  return { decision: held <= allowed ? 'fail' : 'stop', reason };
}

/** The largest k with P(at most k of n fair coins) ≤ α. */
function mostMisses(n: number): number {
  // In logarithms: 2⁻ⁿ alone is 0 from n = 1075 on.
  let term = -n * Math.LN2;
  let sum = Math.exp(term);
  let k = 0;
  for (; k < n; k += 1) {
    term += Math.log((n - k) / (k + 1));
    sum += Math.exp(term);
    if (sum > alpha) return k;
  }
  return k;
}

/** With fewer runs the median of a night says little of it. */
export const leastRuns = 3;

/**
 * One night of a series: its median has to meet the limit as in a screening, and must not lie further below what is usual than
 * nights do. What one night alone does not show is left open: another one confirms it, never a second look at the same.
 */
function decideSeries(values: readonly number[], rule: DecisionRule): Decision {
  const { usual } = rule;
  const runs = values.length;
  if (runs < leastRuns) return { decision: 'more', reason: { say: 'series-few', runs, least: leastRuns } };
  const floor = rule.value > 0 ? decideScreening(values, rule) : decideExact(values, rule);
  const so = floor.reason;
  const ratio = median(values) / (usual?.middle ?? NaN);
  const level = usual?.better === 'lower' ? -Math.log(ratio) : Math.log(ratio);
  if (usual === undefined || !Number.isFinite(level))
    return floor.decision === 'pass' ? { decision: 'stop', reason: { say: 'series-unknown', so } } : floor;
  const night = { deviation: level / usual.scale, change: Math.expm1(level) };
  const off = isBeyond(night, extremeNight) ? 'far' : isBeyond(night, offNight) ? 'near' : undefined;
  const reason: Said = {
    say: 'series',
    change: night.change,
    nights: usual.nights,
    ...(off === undefined ? {} : { off }),
    so,
  };
  if (floor.decision === 'fail' || off === 'far') return { decision: 'fail', reason };
  return { decision: floor.decision === 'pass' && off === undefined ? 'pass' : 'stop', reason };
}
