import { expect, it } from 'vitest';
import { rangeOf } from '../../../../harness/stats/range-of.ts';

it('the range of values is that of any number of them', () => {
  expect(rangeOf([3, -1, 2])).toEqual({ min: -1, max: 3 });
  expect(rangeOf([])).toEqual({ min: Infinity, max: -Infinity });
  expect(rangeOf([1, Number.NaN])).toEqual({ min: Number.NaN, max: Number.NaN });
  expect(rangeOf(Array.from({ length: 500_000 }, (_, index) => index))).toEqual({ min: 0, max: 499_999 });
});
