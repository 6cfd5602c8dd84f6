import { describe, expect, it } from 'vitest';
import { keepReadings } from '../../../../reports/verdict/keep-readings.ts';

const at = [{ command: 'run', output: 'stdout', line: 1 }];
const readings = (...values: readonly number[]) =>
  values.map((value, place) => ({ step: `r${place + 1}`, value, at }));

describe('what a verdict keeps of the readings of a measurement', () => {
  it('is where the lowest, the middle and the highest stand', () => {
    const { readings: kept } = keepReadings(readings(3, 9, 1, 7, 5));
    expect(kept.map(({ step, value }) => [step, value])).toEqual([
      ['r3', 1],
      ['r5', 5],
      ['r2', 9],
    ]);
    expect(kept[0]?.at).toEqual(at);
  });

  it('has the lower of two in the middle, and each value once', () => {
    const valuesOf = (...values: readonly number[]) =>
      keepReadings(readings(...values)).readings.map(({ value }) => value);
    expect(valuesOf(4, 1, 3, 2)).toEqual([1, 2, 4]);
    expect(valuesOf(2, 1)).toEqual([1, 2]);
    expect(valuesOf(0, 0, 0)).toEqual([0]);
    expect(valuesOf(0, 0, 3)).toEqual([0, 3]);
    expect(valuesOf(7)).toEqual([7]);
    expect(valuesOf()).toEqual([]);
  });

  it('is every value in order as long as they are few, and evenly spread ones of many', () => {
    expect(keepReadings(readings(3, 1, 2, 2)).spread).toEqual([1, 2, 2, 3]);
    const twenty = Array.from({ length: 20 }, (_, place) => place);
    expect(keepReadings(readings(...twenty)).spread).toEqual(twenty);
    const many = keepReadings(readings(...Array.from({ length: 39 }, (_, place) => place))).spread;
    expect(many).toEqual(Array.from({ length: 20 }, (_, place) => 2 * place));
  });
});
