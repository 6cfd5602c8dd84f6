import { describe, expect, it } from 'vitest';
import { checkPowerDomains, refuseDuplicates, refuseOccupied } from '../../../../harness/run/check-nodes.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const boot = (digit: number) => `6f9d1c1e-0000-4000-8000-00000000000${digit}`;
const node = (name: string, digit: number, changes = {}) => ({
  node: name,
  facts: mergeFacts({ bootId: boot(digit), ...changes }),
});

describe('refuseDuplicates', () => {
  it('accepts machines that differ', () => {
    expect(() => refuseDuplicates([node('a', 1), node('b', 2)])).not.toThrow();
  });

  it('refuses two names with one boot id', () => {
    const found = refusal(() => refuseDuplicates([node('a', 1), node('b', 2), node('c', 1)]));
    expect([found.code, found.message]).toEqual([
      'SAME_MACHINE',
      `expected c and a to be two machines, found the same boot id ${boot(1)}`,
    ]);
  });

  it('refuses two names with one accelerator', () => {
    const gpu = { accelerators: known([h100(0, { uuid: known('GPU-1') })]) };
    expect(refusal(() => refuseDuplicates([node('a', 1, gpu), node('b', 2, gpu)])).message).toContain(
      'the same accelerator UUID gpu-1',
    );
  });

  it.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'FFFFFFFF',
  ])('does not take a board that answers %s for one with an identity', (uuid) => {
    const blank = (name: string, digit: number) => {
      const { facts } = node(name, digit);
      return { node: name, facts: { ...facts, identity: { ...facts.identity, dmiUuid: known(uuid) } } };
    };
    expect(() => refuseDuplicates([blank('a', 1), blank('b', 2)])).not.toThrow();
  });
});

describe('refuseOccupied', () => {
  it('names every machine in use and what uses it', () => {
    const found = refusal(() =>
      refuseOccupied([node('a', 1), node('b', 2, { occupied: ['the mining process `xmrig` is running'] })]),
    );
    expect([found.code, found.message]).toEqual([
      'NODE_OCCUPIED',
      'expected idle machines, found b: the mining process `xmrig` is running',
    ]);
  });

  it('accepts idle ones', () => {
    expect(() => refuseOccupied([node('a', 1), node('b', 2)])).not.toThrow();
  });
});

describe('checkPowerDomains', () => {
  const inventory = (limitKw: number) => ({
    schema: 'assay/inventory' as const,
    schemaVersion: 1 as const,
    powerDomains: [{ id: 'feed-a', limitKw, nodes: ['a', 'b'] }],
    nodes: ['a', 'b', 'c'].map((name) => ({ name, claims: {}, maxWatts: 6000 })),
  });

  it('adds up what the loaded nodes of a domain can draw', () => {
    expect(checkPowerDomains(inventory(12), new Set(['a', 'b', 'c']))).toEqual([
      { id: 'feed-a', limitKw: 12, plannedKw: 12 },
    ]);
    expect(checkPowerDomains(inventory(6), new Set(['b', 'c']))).toEqual([
      { id: 'feed-a', limitKw: 6, plannedKw: 6 },
    ]);
  });

  it('refuses more than the domain carries', () => {
    expect(refusal(() => checkPowerDomains(inventory(11.9), new Set(['a', 'b']))).code).toBe('POWER_LIMIT');
  });
});
