import { expect, it } from 'vitest';
import { tellingDimensions } from '../../../../reports/verdict/words/telling-dimensions.ts';
import type { Measurement } from '../../../../reports/verdict/verdict.ts';
import type { Dimensions } from '../../../../workloads/kit/sample.ts';

const measured = (dimensions: Dimensions): Measurement => ({
  metric: 'copy.bandwidth',
  title: 'Copied bytes',
  unit: 'B/s',
  better: 'higher',
  correctness: false,
  dimensions,
  subject: 'n',
  tool: 'copier',
  origin: 'native',
  n: 1,
  median: 1,
  min: 1,
  max: 1,
  samples: [],
});
const telling = (...dimensions: readonly Dimensions[]) => {
  const all = dimensions.map(measured);
  return all.map((each) => tellingDimensions(each, all));
};

it('shows what differs, not what follows from it, not what all share', () => {
  const shared = { bytes: 4096, 'device.kind': 'cpu' };
  expect(
    telling(
      { ...shared, operation: 'copy', arrays: 2, lanes: 1 },
      { ...shared, operation: 'triad', arrays: 3, lanes: 1 },
      { ...shared, operation: 'triad', arrays: 3, lanes: 8 },
    ),
  ).toEqual([
    { operation: 'copy', lanes: 1 },
    { operation: 'triad', lanes: 1 },
    { operation: 'triad', lanes: 8 },
  ]);
});

it('always shows the names of the field, and leaves out what follows from them', () => {
  expect(telling({ dtype: 'fp32', accumulates: 'fp32' })).toEqual([{ dtype: 'fp32' }]);
  expect(
    telling({ threads: 1, cores: 'one' }, { threads: 64, cores: 'all' }).map(({ cores, threads }) => [
      cores,
      threads,
    ]),
  ).toEqual([
    ['one', undefined],
    ['all', undefined],
  ]);
});
