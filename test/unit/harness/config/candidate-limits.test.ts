import { describe, expect, it } from 'vitest';
import { candidateLimits } from '../../../../harness/config/candidate-limits.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import type { MetricRule } from '../../../../workloads/kit/requirement.ts';
import { constructLimit } from '../../../support/constructed-run.ts';

const limit = (id: string, changes: Partial<Limit> = {}) =>
  constructLimit({ id, metric: 'copy.speed', value: 1, unit: 'B/s', ...changes });
const said = { title: 'Test', locator: 'test', retrieved: '2026-11-28', says: 'constructed' };
const limits = [
  limit('any'),
  limit('any-4k', { where: { blockBytes: 4096, depth: 1 } }),
  limit('any-8k', { where: { blockBytes: 8192 } }),
  limit('class-4k', { where: { blockBytes: 4096 }, hardware: { class: 'h100' } }),
  limit('model-4k', { where: { blockBytes: 4096 }, hardware: { class: 'any', models: ['X'] } }),
  limit('contract', { evidence: [{ ...said, kind: 'contract' }] }),
  limit('latency', { metric: 'copy.latency', unit: 's' }),
];
const select = (rule: Omit<MetricRule, 'kind' | 'metric'>): readonly string[] =>
  candidateLimits({ kind: 'metric', metric: 'copy.speed', ...rule }, limits).map(({ id }) => id);

describe('candidateLimits', () => {
  it.each<[string, Omit<MetricRule, 'kind' | 'metric'>, readonly string[]]>([
    [
      'all limits of the metric, for whatever hardware',
      {},
      ['any', 'any-4k', 'any-8k', 'class-4k', 'model-4k', 'contract'],
    ],
    ['those that say all of `where`', { where: { blockBytes: 4096 } }, ['any-4k', 'class-4k', 'model-4k']],
    ['those that say more than one thing', { where: { blockBytes: 4096, depth: 1 } }, ['any-4k']],
    ['none that says another type', { where: { blockBytes: '4096' } }, []],
    ['those for any machine', { class: 'any' }, ['any', 'any-4k', 'any-8k', 'contract']],
    ['those of a contract', { statedBy: 'contract' }, ['contract']],
    ['those that are named, as version 1 did', { limits: ['any-8k', 'gone'] }, ['any-8k']],
    ['none when none is named', { limits: [] }, []],
  ])('selects %s', (_, rule, expected) => {
    expect(select(rule)).toEqual(expected);
  });
});
