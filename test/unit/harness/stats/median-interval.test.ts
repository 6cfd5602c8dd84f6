import { describe, expect, it } from 'vitest';
import { medianInterval } from '../../../../harness/stats/median-interval.ts';

describe('medianInterval', () => {
  it('has none at 95 % below 6 values', () => {
    expect(medianInterval([1, 2, 3, 4, 5], 0.95)).toBeUndefined();
  });
  it('is least to greatest at 6 values, with 96.875 %', () => {
    expect(medianInterval([6, 5, 4, 3, 2, 1], 0.95)).toEqual({ lower: 1, upper: 6, confidence: 0.96875 });
  });
  it('takes the narrowest interval that still has the confidence (n = 12: third to tenth, 96.1 %)', () => {
    const interval = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 0.95);
    expect(interval?.lower).toBe(3);
    expect(interval?.upper).toBe(10);
    expect(interval?.confidence).toBeCloseTo(0.96142578125, 12);
  });
  it('refuses a confidence outside (0, 1) and values that are not finite', () => {
    expect(() => medianInterval([1], 1)).toThrow(RangeError);
    expect(() => medianInterval([NaN], 0.9)).toThrow(RangeError);
  });
});
