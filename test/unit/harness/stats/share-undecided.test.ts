import { expect, it } from 'vitest';
import { shareUndecided } from '../../../../harness/stats/share-undecided.ts';

const first = { runs: 6, allowed: 0 };

it('is what six runs leave open of one cell, and of many', () => {
  expect(shareUndecided(0.5, { ...first, cells: 1 })).toBeCloseTo(1 - 2 / 64, 12);
  // 160 cells, each three standard deviations inside: 73 % of healthy machines.
  expect(shareUndecided(0.99865, { ...first, cells: 160 })).toBeCloseTo(0.73, 2);
  expect(shareUndecided(0.99865, { runs: 9, allowed: 1, cells: 1 })).toBeCloseTo(6.5e-5, 5);
  expect(() => shareUndecided(1, { ...first, cells: 1 })).toThrow(RangeError);
});
