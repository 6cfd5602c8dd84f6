import { describe, expect, it } from 'vitest';
import { blamePairs } from '../../../../harness/compare/blame-pairs.ts';
import type { ComparisonRow } from '../../../../reports/verdict/comparison.ts';

/** A row of two machines, by their places, with the interval of its ratio; non-inferior from 0.95 on. */
const pair = (members: readonly [number, number], lower: number, upper: number): ComparisonRow =>
  ({
    metric: 'allreduce.busBandwidth',
    dimensions: {},
    members: [...members],
    ratio: { value: (lower + upper) / 2, lower, upper },
    outcome: upper < 0.95 ? 'inferior' : lower >= 0.95 ? 'non-inferior' : 'undecided',
  }) as unknown as ComparisonRow; // what else a row has plays no part

const blamed = (...rows: readonly ComparisonRow[]): readonly number[] => [...blamePairs(rows)];

describe('a machine that is blamed for its pairs', () => {
  const bad = [pair([0, 2], 0.46, 0.61), pair([1, 2], 0.38, 0.6)];

  it('is inferior in each of them, while its partners are not with others', () => {
    expect(blamed(...bad, pair([0, 1], 0.97, 1.02))).toEqual([2]);
  });

  it('is told from partners whose other pairs are undecided and lie above', () => {
    expect(blamed(...bad, pair([0, 1], 0.62, 1.3))).toEqual([2]);
    // Here nothing tells whether that pair is as bad as those with the third.
    expect(blamed(...bad, pair([0, 1], 0.59, 1.3))).toEqual([]);
  });

  it('is nobody where the partners are inferior too, or there is but one pair', () => {
    expect(blamed(...bad, pair([0, 1], 0.7, 0.9))).toEqual([]);
    expect(blamed(pair([0, 2], 0.4, 0.6), pair([0, 1], 0.97, 1.02))).toEqual([]);
    expect(blamed(...bad)).toEqual([]);
  });

  it('is inferior in all of its pairs, and not in most', () => {
    expect(blamed(...bad, pair([0, 1], 0.97, 1.02), pair([2, 3], 0.97, 1.02))).toEqual([]);
  });
});
