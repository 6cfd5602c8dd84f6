import { expect, it } from 'vitest';
import { whyUnfed } from '../../../../harness/plan/why-unfed.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { constructLimit } from '../../../support/constructed-run.ts';

const registry = await loadRegistry();
const allreduce = registry.get('allreduce')?.workload;
if (allreduce === undefined) throw new Error('no workload allreduce');

const step = (maxBytes: number, dtype = 'float32') => ({
  params: { dtype, minBytes: 1024, maxBytes, factor: 16, seconds: 0.5 },
});
const limit = (where: Readonly<Record<string, string | number>>) =>
  constructLimit({ id: 'pair', metric: 'allreduce.busBandwidth', value: 1, unit: 'B/s', where });
const pair = limit({ nodes: 2, dtype: 'float32', bytes: 67_108_864 });

it.each([
  ['a size that is measured', [pair], [step(67_108_864)], undefined],
  ['a size above all of the suite', [pair], [step(16_777_216)], { bytes: 67_108_864 }],
  ['a size between those of the suite', [limit({ bytes: 2048 })], [step(67_108_864)], { bytes: 2048 }],
  ['another number format', [pair], [step(67_108_864, 'bfloat16')], { dtype: 'float32' }],
  ['one of several steps', [pair], [step(1024), step(67_108_864)], undefined],
  ['one of several limits', [pair, limit({ bytes: 1024 })], [step(1024)], undefined],
  ['what only the measurement says', [limit({ transport: 'tcp' })], [step(1024)], undefined],
])('%s', (_, limits, steps, expected) => {
  expect(whyUnfed(limits, steps, allreduce)).toEqual(expected);
});
