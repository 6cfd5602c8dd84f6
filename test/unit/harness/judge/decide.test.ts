import { describe, expect, it } from 'vitest';
import type { DecisionRule } from '../../../../harness/judge/decide.ts';
import { alpha, decide } from '../../../../harness/judge/decide.ts';

const floor = (sampling: DecisionRule['sampling'], value = 100): DecisionRule => ({
  comparator: 'atLeast',
  value,
  sampling,
});
const ceiling = (sampling: DecisionRule['sampling'], value = 100): DecisionRule => ({
  comparator: 'atMost',
  value,
  sampling,
});
/** `good` runs that hold and `bad` ones that miss a floor of 100. */
const runs = (good: number, bad: number): number[] => [
  ...Array<number>(good).fill(110),
  ...Array<number>(bad).fill(90),
];

describe('decide, typical', () => {
  it.each([
    [6, 0, 'pass'],
    [5, 1, 'more'],
    [1, 5, 'more'],
    [0, 6, 'fail'],
    [9, 0, 'pass'],
    [8, 1, 'pass'],
    [7, 2, 'more'],
    [2, 7, 'more'],
    [1, 8, 'fail'],
    [0, 9, 'fail'],
    [12, 0, 'pass'],
    [10, 2, 'pass'],
    [9, 3, 'stop'],
    [6, 6, 'stop'],
    [3, 9, 'stop'],
    [2, 10, 'fail'],
    [0, 12, 'fail'],
  ] as const)('says of %i hits and %i misses: %s (third column)', (good, bad, expected) => {
    expect(decide(runs(good, bad), floor('typical')).decision).toBe(expected);
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 10, 11])('waits between the looks: %i hits in a row decide nothing', (n) => {
    expect(decide(runs(n, 0), floor('typical')).decision).toBe('more');
    expect(decide(runs(0, n), floor('typical')).decision).toBe('more');
  });

  it('pools runs beyond the last look, so that a miss can never be outnumbered', () => {
    expect(decide(runs(18, 2), floor('typical')).decision).toBe('pass');
    expect(decide(runs(97, 3), floor('typical')).decision).toBe('stop');
    expect(decide(runs(2, 30), floor('typical')).decision).toBe('fail');
  });
});

describe('decide, windows', () => {
  it.each([
    [4, 0, 'stop'],
    [5, 0, 'pass'],
    [4, 1, 'stop'],
    [0, 5, 'fail'],
    [7, 1, 'pass'],
    [6, 2, 'stop'],
    [17, 7, 'pass'],
    [16, 8, 'stop'],
    [7, 17, 'fail'],
  ] as const)('says of %i windows that hold and %i that miss: %s (third column)', (good, bad, expected) => {
    expect(decide(runs(good, bad), floor('windows')).decision).toBe(expected);
  });

  it('passes a median at the limit with α at most, for every number of windows', () => {
    for (const n of [5, 6, 7, 8, 12, 24, 48, 72, 168, 1000]) {
      let allowed = 0;
      while (decide(runs(n - allowed - 1, allowed + 1), floor('windows')).decision === 'pass') allowed += 1;
      expect(decide(runs(n - allowed, allowed), floor('windows')).decision).toBe('pass');
      let [term, sum] = [0.5 ** n, 0.5 ** n];
      for (let k = 0; k < allowed; k += 1) sum += term *= (n - k) / (k + 1);
      expect(sum).toBeLessThanOrEqual(alpha);
      expect(sum + (term * (n - allowed)) / (allowed + 1)).toBeGreaterThan(alpha);
    }
  });
});

describe('decide, series', () => {
  const usual = { better: 'higher', middle: 120, scale: 0.01, nights: 20 } as const;
  const night = (values: readonly number[], known: typeof usual | undefined = usual) =>
    decide(values, { ...floor('series'), usual: known });
  // Three scales are 3 %, and 3.5 of them have to be passed; six are 6 %, of which 8 % are asked.
  it.each([
    [[120, 121, 119], 'pass'],
    [[118, 117, 200], 'pass'],
    [[117, 116.5, 116], 'pass'],
    [[115, 115, 115], 'stop'],
    [[111, 111, 111], 'stop'],
    [[110, 110, 110], 'fail'],
    [[99, 99, 99], 'fail'],
    [[120, 120], 'more'],
  ] as const)('takes the median of %j for a floor of 100 where 120 is usual: %s', (values, expected) => {
    expect(night(values).decision).toBe(expected);
  });
  it('passes nothing of which no nights before are known', () => {
    expect(decide([120, 120, 120], floor('series')).decision).toBe('stop');
    expect(decide([99, 99, 99], floor('series')).decision).toBe('stop');
    expect(decide([80, 80, 80], floor('series')).decision).toBe('fail');
  });
  it('holds times against what is usual the other way round', () => {
    const rule = { ...ceiling('series'), usual: { ...usual, better: 'lower', middle: 80 } } as const;
    expect(decide([80, 80, 80], rule).decision).toBe('pass');
    expect(decide([84, 84, 84], rule).decision).toBe('stop');
    expect(decide([90, 90, 90], rule).decision).toBe('fail');
  });
});

describe('decide, exact', () => {
  it('fails on one violation among any number', () => {
    expect(decide([0, 0, 1, 0], { comparator: 'equal', value: 0, sampling: 'exact' }).decision).toBe('fail');
  });
  it('passes one observation without a violation', () => {
    expect(decide([0], { comparator: 'equal', value: 0, sampling: 'exact' }).decision).toBe('pass');
  });
});

describe('decide, screening', () => {
  it.each([
    [[100], 'pass'],
    [[90, 100, 110], 'pass'],
    [[99.9], 'stop'],
    [[90], 'stop'],
    [[89.9], 'fail'],
    [[10, 20, 200], 'fail'],
    [[80, 120, 120, 80, 120, 120, 120], 'pass'],
  ] as const)('takes the median of %j for a floor of 100: %s', (values, expected) => {
    expect(decide(values, floor('screening')).decision).toBe(expected);
  });
  it.each([
    [[100], 'pass'],
    [[105], 'stop'],
    [[112], 'fail'],
  ] as const)('takes the median of %j for a ceiling of 100: %s', (values, expected) => {
    expect(decide(values, ceiling('screening')).decision).toBe(expected);
  });
  it('counts every observation when the limit is 0, of which there are no 90 %', () => {
    expect(decide([0, 0, 1], ceiling('screening', 0)).decision).toBe('fail');
    expect(decide([0, 0, 0], ceiling('screening', 0)).decision).toBe('pass');
  });
});

describe('decide refuses', () => {
  it.each([NaN, Infinity, -Infinity])('%d as a value and as a limit', (bad) => {
    for (const sampling of ['exact', 'screening', 'typical'] as const) {
      expect(() => decide([1, bad], floor(sampling))).toThrow(RangeError);
      expect(() => decide([1], floor(sampling, bad))).toThrow(RangeError);
    }
  });
  it('`equal` with anything but exact sampling', () => {
    expect(() => decide([1], { comparator: 'equal', value: 1, sampling: 'typical' })).toThrow(RangeError);
    expect(() => decide([1], { comparator: 'equal', value: 1, sampling: 'screening' })).toThrow(RangeError);
  });
});
