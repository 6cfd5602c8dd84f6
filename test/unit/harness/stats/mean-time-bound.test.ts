import { describe, expect, it } from 'vitest';
import { evenChiSquareQuantile, meanTimeBound } from '../../../../harness/stats/mean-time-bound.ts';

describe('meanTimeBound', () => {
  it('is exposure over 2.303 without a failure, at 90 %', () => {
    expect(meanTimeBound(30, 0, 0.9)).toBeCloseTo(13.029, 3);
    expect(meanTimeBound(32 * 3, 0, 0.9)).toBeCloseTo(41.692, 3);
  });
  it('gives 32 node-days 8.2 with one interruption and 6.0 with two', () => {
    expect(meanTimeBound(32, 1, 0.9)).toBeCloseTo(8.227, 3);
    expect(meanTimeBound(32, 2, 0.9)).toBeCloseTo(6.012, 3);
  });
  it('shows nothing without exposure, and less with every failure', () => {
    expect(meanTimeBound(0, 0, 0.9)).toBe(0);
    const bounds = [0, 1, 2, 5, 50, 299].map((failures) => meanTimeBound(100, failures, 0.9));
    expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
    expect(new Set(bounds).size).toBe(bounds.length);
  });
  it('refuses what is no exposure, no number of failures and no confidence', () => {
    expect(() => meanTimeBound(-1, 0, 0.9)).toThrow(RangeError);
    expect(() => meanTimeBound(NaN, 0, 0.9)).toThrow(RangeError);
    expect(() => meanTimeBound(1, -1, 0.9)).toThrow(RangeError);
    expect(() => meanTimeBound(1, 0.5, 0.9)).toThrow(RangeError);
    expect(() => meanTimeBound(1, 0, 1)).toThrow(RangeError);
  });
});

it('has the χ² quantiles of printed tables', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4: 2, 4, 6, 20 and 100 degrees of freedom.
  const table = [
    [0.9, 1, 4.605],
    [0.9, 2, 7.779],
    [0.9, 3, 10.645],
    [0.95, 10, 31.41],
    [0.99, 50, 135.807],
  ] as const;
  for (const [probability, m, quantile] of table)
    expect(evenChiSquareQuantile(probability, m)).toBeCloseTo(quantile, 3);
  // By Wilson and Hilferty's approximation, whose error there is below 0.1: a thousand nodes of which each has failed.
  expect(evenChiSquareQuantile(0.9, 1001)).toBeCloseTo(2083.5, 0);
});
