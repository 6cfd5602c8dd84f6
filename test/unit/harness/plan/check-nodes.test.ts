import { describe, expect, it } from 'vitest';
import { checkCooling, checkPowerDomains, findOccupied } from '../../../../harness/plan/check-nodes.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const boot = (digit: number) => `6f9d1c1e-0000-4000-8000-00000000000${digit}`;
const node = (name: string, digit: number, changes = {}) => ({
  node: name,
  facts: mergeFacts({ bootId: boot(digit), ...changes }),
});

describe('findOccupied', () => {
  it('names every machine in use and what uses it, and no other', () => {
    const used = node('b', 2, { occupied: ['the mining process `xmrig` is running'] });
    expect([...findOccupied([node('a', 1), used])]).toEqual([
      ['b', ['the mining process `xmrig` is running']],
    ]);
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

describe('checkCooling', () => {
  const nodes = [
    { name: 'a', claims: {}, cooling: 'dlc' as const },
    { name: 'b', claims: {}, cooling: 'air' as const },
    { name: 'c', claims: {} },
  ];
  const rack = { schema: 'assay/inventory' as const, schemaVersion: 1 as const, nodes };

  it('refuses heavy load on what is cooled by a liquid, unless somebody watches it', () => {
    expect(refusal(() => checkCooling(rack, new Set(['a', 'b']), false))).toMatchObject({
      code: 'COOLING_UNWATCHED',
      message: expect.stringMatching(/heavy load on a \(dlc\)$/) as string,
    });
    expect(() => checkCooling(rack, new Set(['a', 'b']), true)).not.toThrow();
  });

  it('asks for nobody where that is not loaded, or air does it', () => {
    expect(() => checkCooling(rack, new Set(['b', 'c']), false)).not.toThrow();
  });
});
