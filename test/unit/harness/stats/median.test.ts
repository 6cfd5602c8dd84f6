import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median } from '../../../../harness/stats/median.ts';

describe('median', () => {
  it('is the middle of an odd number of values and the mean of the two middle ones of an even number', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([Number.MAX_VALUE, Number.MAX_VALUE / 2])).toBe(Number.MAX_VALUE * 0.75);
  });
  it('refuses nothing at all and what is not finite', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => median([1, NaN])).toThrow(RangeError);
    expect(() => median([1, Infinity])).toThrow(RangeError);
  });
  it('lies between least and greatest and ignores order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const middle = median(values);
          expect(middle).toBeGreaterThanOrEqual(Math.min(...values));
          expect(middle).toBeLessThanOrEqual(Math.max(...values));
          expect(median(values.toReversed())).toBe(middle);
        },
      ),
    );
  });
});
