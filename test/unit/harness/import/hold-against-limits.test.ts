import { describe, expect, it } from 'vitest';
import { holdAgainstLimits } from '../../../../harness/import/hold-against-limits.ts';
import { Limit } from '../../../../workloads/kit/limit.ts';

const limit = (more: object): Limit =>
  Limit.parse({
    id: 'collective.floor',
    metric: 'collective.busbw',
    where: { bytes: 1024, algorithm: 'auto' },
    comparator: 'atLeast',
    value: 100,
    unit: 'B/s',
    hardware: { class: 'hgx' },
    rule: 'as stated',
    evidence: [{ title: 'T', locator: 'L', retrieved: '2026-11-01', kind: 'vendor', says: 's' }],
    ...more,
  });
const sample = { metric: 'collective.busbw', value: 120, dimensions: { bytes: 1024, algorithm: 'auto' } };
const hgx = { class: 'hgx' };

describe('holdAgainstLimits', () => {
  it('says which limit is reached or missed, by its side', () => {
    expect(holdAgainstLimits(sample, [limit({})], hgx)).toMatchObject({
      outcome: 'reaches',
      limit: 'collective.floor',
    });
    expect(holdAgainstLimits({ ...sample, value: 99 }, [limit({})], hgx)).toMatchObject({
      outcome: 'misses',
      value: 100,
    });
    expect(holdAgainstLimits(sample, [limit({ comparator: 'atMost' })], hgx).outcome).toBe('misses');
    expect(holdAgainstLimits(sample, [limit({ comparator: 'equal', value: 120 })], hgx).outcome).toBe(
      'reaches',
    );
  });
  it('names the limit that is missed before one that is reached', () => {
    const both = [limit({ id: 'collective.low', value: 50 }), limit({ id: 'collective.high', value: 500 })];
    expect(holdAgainstLimits(sample, both, hgx)).toMatchObject({
      outcome: 'misses',
      limit: 'collective.high',
    });
  });
  it('judges nothing by a limit that asks for what the log does not say, and says for what', () => {
    const { dimensions: _, ...rest } = sample;
    expect(holdAgainstLimits({ ...rest, dimensions: { bytes: 1024 } }, [limit({})], hgx)).toEqual({
      outcome: 'not-judged',
      why: 'the log does not say algorithm, which collective.floor asks for',
    });
    expect(holdAgainstLimits(sample, [limit({ proof: { transport: 'pcie' } })], hgx)).toMatchObject({
      why: 'the log does not say transport, which collective.floor asks for',
    });
  });
  it('takes no limit of other dimensions, other hardware, or one that decides nothing', () => {
    const not = { outcome: 'not-judged', why: 'no published limit of this hardware is about it' };
    expect(holdAgainstLimits(sample, [limit({ where: { bytes: 2048 } })], hgx)).toEqual(not);
    expect(holdAgainstLimits(sample, [limit({})], { class: 'rig' })).toEqual(not);
    expect(holdAgainstLimits(sample, [limit({ decides: false })], hgx)).toEqual(not);
  });
  it('never judges an invalid number, and a wrong result whatever the log says beside it', () => {
    expect(holdAgainstLimits({ ...sample, invalid: 'timer suspect' }, [limit({})], hgx)).toEqual({
      outcome: 'not-judged',
      why: 'timer suspect',
    });
    const none = limit({ comparator: 'atMost', value: 0, proof: { direct: true } });
    expect(
      holdAgainstLimits({ ...sample, value: 3, dimensions: {}, isWrong: true }, [none], hgx),
    ).toMatchObject({
      outcome: 'misses',
    });
  });
});
