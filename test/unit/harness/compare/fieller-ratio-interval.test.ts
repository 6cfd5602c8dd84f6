import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fiellerRatioInterval } from '../../../../harness/compare/fieller-ratio-interval.ts';

describe('fiellerRatioInterval', () => {
  it('agrees with the closed form for equal samples worked out by hand', () => {
    // Both sides 9, 10, 11: mean 10, s²/n = 1/3, 4 degrees of freedom, t = 2.776445, t²/3 = 2.56955.
    // 100 (1 − ρ)² = 2.56955 (1 + ρ²), so ρ = (200 ± 45.0470) / 194.8609.
    const { ratio, lower, upper } = fiellerRatioInterval([9, 10, 11], [9, 10, 11], 0.95);
    expect(ratio).toBe(1);
    expect(lower).toBeCloseTo(0.795198, 5);
    expect(upper).toBeCloseTo(1.257548, 5);
  });
  it('is a point when nothing varies', () => {
    expect(fiellerRatioInterval([4, 4], [2, 2], 0.95)).toEqual({ ratio: 2, lower: 2, upper: 2 });
  });
  it('turns over when the sides are exchanged', () => {
    const side = fc.array(fc.double({ min: 90, max: 110, noNaN: true }), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const there = fiellerRatioInterval(a, b, 0.95);
        const back = fiellerRatioInterval(b, a, 0.95);
        expect(back.lower).toBeCloseTo(1 / there.upper, 9);
        expect(back.upper).toBeCloseTo(1 / there.lower, 9);
      }),
    );
  });
  it('refuses too few values, values not above zero, and a denominator lost in its spread', () => {
    expect(() => fiellerRatioInterval([1], [1, 2], 0.95)).toThrow(RangeError);
    expect(() => fiellerRatioInterval([1, 0], [1, 2], 0.95)).toThrow(RangeError);
    expect(() => fiellerRatioInterval([1, NaN], [1, 2], 0.95)).toThrow(RangeError);
    expect(() => fiellerRatioInterval([1, 2], [0.001, 100], 0.95)).toThrow(/unbounded/);
  });
});
