import { describe, expect, it } from 'vitest';
import { findOutliers } from '../../../../harness/stats/find-outliers.ts';
import { outlierBound } from '../../../../harness/stats/outlier-bounds.ts';

/** About 100, half a percent apart from each other, in an order that is not theirs. */
const healthy = (n: number): number[] =>
  Array.from({ length: n }, (_, index) => 100 + 0.5 * Math.sin(7 * index));
const one = { better: 'higher', groups: 1 } as const;

describe('outliers of equal machines', () => {
  it('are those far on the bad side, worst first', () => {
    const values = [...healthy(30), 88, 93];
    expect(findOutliers(values, one)).toMatchObject({ kind: 'outliers', places: [30, 31] });
    expect(findOutliers(values, { ...one, better: 'lower' })).toEqual({ kind: 'none' });
    expect(findOutliers([...healthy(30), 112], { ...one, better: 'lower' })).toMatchObject({ places: [30] });
  });

  it('are more than 3 % away, whatever the spread says', () => {
    expect(findOutliers([...Array<number>(31).fill(100), 97.1], one)).toEqual({ kind: 'none' });
    expect(findOutliers([...Array<number>(31).fill(100), 96.9], one)).toMatchObject({ places: [31] });
    // In a group that is spread so far it says nothing.
    const noisy = Array.from({ length: 31 }, (_, index) => 100 + 3 * Math.sin(7 * index));
    expect(findOutliers([...noisy, 96], one)).toEqual({ kind: 'none' });
  });

  it('are nobody else because one tells whatever it likes', () => {
    for (const lie of [1e-9, 1, 1e3, 1e12, 1e300]) {
      const found = findOutliers([...healthy(31), lie], one);
      expect(found.kind === 'outliers' ? found.places : []).toEqual(lie < 100 ? [31] : []);
    }
  });

  it('are nobody where there are two kinds', () => {
    const values = [...healthy(40), ...healthy(24).map((value) => 0.9 * value)];
    const found = findOutliers(values, one);
    expect(found).toMatchObject({ kind: 'two-groups' });
    expect(found.kind === 'two-groups' && found.places.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, index) => 40 + index),
    );
  });

  it('are held against a bound for their number, and a stricter one among many groups', () => {
    expect(outlierBound(8, 1)).toBe(6.66);
    expect(outlierBound(9, 1)).toBe(6.66);
    expect(outlierBound(20, 1)).toBe(5.01);
    expect(outlierBound(700, 1)).toBe(4.28);
    expect(outlierBound(5000, 2)).toBe(4.79);
    expect(() => outlierBound(7, 1)).toThrow(RangeError);
    expect(() => findOutliers([...healthy(8), Number.NaN], one)).toThrow(RangeError);
  });
});
