import { describe, expect, it } from 'vitest';
import { studentTQuantile } from '../../../../harness/compare/student-t-quantile.ts';

describe('studentTQuantile', () => {
  // Printed tables (Abramowitz and Stegun, table 26.10).
  it.each([
    [0.975, 1, 12.7062],
    [0.975, 2, 4.30265],
    [0.975, 5, 2.57058],
    [0.95, 10, 1.81246],
    [0.995, 30, 2.75],
    [0.975, 1e6, 1.95997],
  ])('at %d with %d degrees of freedom is %d', (probability, freedom, expected) => {
    expect(studentTQuantile(probability, freedom)).toBeCloseTo(expected, 4);
  });
  it('is odd around one half', () => {
    expect(studentTQuantile(0.5, 4)).toBe(0);
    expect(studentTQuantile(0.1, 4)).toBe(-studentTQuantile(0.9, 4));
  });
  it('refuses impossible probabilities and degrees of freedom', () => {
    expect(() => studentTQuantile(0, 4)).toThrow(RangeError);
    expect(() => studentTQuantile(1, 4)).toThrow(RangeError);
    expect(() => studentTQuantile(0.9, 0)).toThrow(RangeError);
  });
});
