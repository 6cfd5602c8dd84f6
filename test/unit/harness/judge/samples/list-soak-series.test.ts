import { expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { listSoakSeries } from '../../../../../harness/judge/samples/list-soak-series.ts';
import type { RunMaterial } from '../../../../../harness/store/run-material.ts';
import { keyOfMeasurement } from '../../../../../reports/verdict/measurement.ts';
import { acceptedVerdict } from '../../../../support/judged-examples.ts';
import { soaked } from '../../../../support/soaked.ts';

const device = 'n/GPU-00000000-0000-4000-8000-000000000000';

/** By metric: the values in order of windows, and the requirements that hold each of them. */
function seriesOf(run: RunMaterial): unknown {
  const verdict = judge(run);
  const series = listSoakSeries(run, verdict);
  // Each is found by the measurement of the verdict that it is of, with as many readings.
  for (const each of verdict.measurements)
    expect(series.get(keyOfMeasurement(each))?.readings).toHaveLength(each.n);
  expect(series.size).toBe(verdict.measurements.length);
  return verdict.measurements.map((each) => {
    const { readings = [], cells = [] } = series.get(keyOfMeasurement(each)) ?? {};
    return [each.metric, readings.map(({ window, value }) => `${window}: ${value}`).join(' '), cells];
  });
}

it('readings of a soak stand in the order of its windows, with what holds each of them', () => {
  const speeds = Array.from({ length: 11 }, (_, index) => 30 - index);
  expect(seriesOf(soaked(speeds))).toEqual([
    [
      'copy.speed',
      '1: 30 2: 29 3: 28 4: 27 5: 26 6: 25 7: 24 8: 23 9: 22 10: 21 11: 20',
      [`${device}:under-load`],
    ],
    ['copy.wrong', '1: 0 2: 0 3: 0 4: 0 5: 0 6: 0 7: 0 8: 0 9: 0 10: 0 11: 0', ['n:right']],
    ['memory.machineChecks', '1: 0 2: 1 3: 2 4: 3 5: 4 6: 5 7: 6 8: 7 9: 8 10: 9 11: 10', []],
  ]);
});

it('what a window computed wrong is a series of its own, under no limit', () => {
  expect(seriesOf(soaked([20, 21, 22], 2))).toEqual([
    ['copy.speed', '1: 20 3: 22', [`${device}:under-load`]],
    ['copy.speed', '2: 21', []],
    ['copy.wrong', '1: 0 2: 1 3: 0', ['n:right']],
    ['memory.machineChecks', '1: 0 3: 2', []],
    ['memory.machineChecks', '2: 1', []],
  ]);
});

it('a run without a soak has none', () => {
  expect(listSoakSeries({ ...soaked([]), plan: undefined }, acceptedVerdict())).toEqual(new Map());
});
