import { sortFinite } from './median.ts';

/** An interval for the median and the confidence that it really has (never less than asked for). */
export interface MedianInterval {
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
}

/**
 * Two-sided order-statistic interval of the median, distribution-free: [x(r), x(n+1−r)] covers it with
 * probability 1 − 2·P(Binomial(n, ½) ≤ r−1) (David and Nagaraja, Order Statistics, 3rd ed., §7.1). The
 * narrowest such interval with at least `confidence`; `undefined` when even min–max has less (95 %: n < 6).
 */
export function medianInterval(values: readonly number[], confidence: number): MedianInterval | undefined {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`expected a confidence in (0, 1), got ${confidence}`);
  const sorted = sortFinite(values);
  const n = sorted.length;
  let best: MedianInterval | undefined;
  let below = 0;
  let term = 0.5 ** n; // P(Binomial(n, ½) = k), from k = 0
  for (let rank = 1; rank <= Math.floor(n / 2); rank += 1) {
    below += term;
    term *= (n - rank + 1) / rank;
    const coverage = 1 - 2 * below;
    const [lower, upper] = [sorted[rank - 1], sorted[n - rank]];
    if (coverage < confidence || lower === undefined || upper === undefined) break;
    best = { lower, upper, confidence: coverage };
  }
  return best;
}
