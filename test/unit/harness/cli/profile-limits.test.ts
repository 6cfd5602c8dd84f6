import { describe, expect, it } from 'vitest';
import { limitsForClass } from '../../../../harness/cli/profile-limits.ts';
import type { Limit } from '../../../../workloads/kit/limit.ts';
import type { Requirement } from '../../../../workloads/kit/requirement.ts';
import { constructLimit, constructProfile, constructRequirement } from '../../../support/constructed-run.ts';

const hardware = {
  schema: 'assay/class',
  schemaVersion: 1,
  id: 'rack-8',
  title: 'Rack',
  claims: { 'accelerators.length': 8, 'accelerators.model': 'GPU-X' },
} as const;
const limit = (id: string, to: Limit['hardware'], changes: Partial<Limit> = {}): Limit =>
  constructLimit({ id, metric: 'memory.triad', value: 1e12, unit: 'B/s', hardware: to, ...changes });
const triad = (changes: Partial<Requirement> = {}) =>
  constructRequirement({
    id: 'triad',
    scope: 'accelerator',
    rule: { kind: 'metric', metric: 'memory.triad' },
    ...changes,
  });
const ask = (requirement: Requirement, limits: readonly Limit[], isClaimed = true) =>
  limitsForClass(constructProfile([requirement]), isClaimed ? hardware : undefined, limits)[0]?.asked;

const forModel = limit('for-model', { class: 'x', models: ['gpu-x'] });
const forClass = limit('for-class', { class: 'rack-8' });
const forAny = limit('for-any', { class: 'any' });

describe('what a requirement is held against', () => {
  it('is the limit of the model that the class claims, else of the class, else of any machine', () => {
    expect(ask(triad(), [forAny, forClass, forModel])).toEqual({ by: 'limits', limits: [forModel] });
    expect(ask(triad(), [forAny, forClass])).toEqual({ by: 'limits', limits: [forClass] });
    expect(ask(triad(), [forAny])).toEqual({ by: 'limits', limits: [forAny] });
    expect(ask(triad(), [forAny, forClass], false)).toEqual({ by: 'limits', limits: [forAny] });
  });
  it('is a matter of a contract where nothing that decides is published, and that is shown', () => {
    const shown = limit('shown', { class: 'x', models: ['GPU-X'] }, { decides: false });
    expect(ask(triad(), [shown])).toEqual({ by: 'contract', shown: [shown] });
    expect(ask(triad(), [])).toEqual({ by: 'contract', shown: [] });
    expect(
      ask(triad({ rule: { kind: 'metric', metric: 'memory.triad', statedBy: 'contract' } }), [forAny]),
    ).toEqual({ by: 'contract', shown: [] });
  });
  it('depends on the part where the class does not say which one it has', () => {
    expect(ask(triad({ scope: 'drive' }), [forModel])).toEqual({ by: 'part', limits: 1, models: 1 });
    // Another model's is none of it.
    expect(ask(triad(), [limit('other', { class: 'x', models: ['GPU-Y'] })])).toEqual({
      by: 'contract',
      shown: [],
    });
  });
  it('is what the class claims, or what it leaves to the inventory', () => {
    const count = (path: string) =>
      constructRequirement({ id: 'count', rule: { kind: 'fact', path, equalClaim: path } });
    expect(ask(count('accelerators.length'), [])).toEqual({
      by: 'fact',
      path: 'accelerators.length',
      comparator: 'equal',
      expected: [8],
    });
    expect(ask(count('drives.length'), [])).toMatchObject({ by: 'claim', claim: 'drives.length' });
  });
});
