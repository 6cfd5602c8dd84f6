import { describe, expect, it } from 'vitest';
import { describeNodes } from '../../../../harness/cli/describe-nodes.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import type { FactChanges } from '../../../support/constructed/facts.ts';
import { mergeFacts } from '../../../support/constructed/facts.ts';

/** A machine at whose work somebody looked. */
function busy(work: readonly string[], changes: FactChanges = {}): HostFacts {
  const facts = mergeFacts(changes);
  return { ...facts, occupancy: { ...facts.occupancy, isLoaded: known(true), work: known([...work]) } };
}

const told = (nodes: Readonly<Record<string, HostFacts>>): readonly string[] =>
  describeNodes(
    Object.entries(nodes).map(([node, facts]) => ({ node, facts })),
    new Map(),
  );

describe('machines before any load', () => {
  it('share their lines however busy each of them is', () => {
    const lines = told(
      Object.fromEntries(
        Array.from({ length: 32 }, (_, at) => [
          `n${at + 1}`,
          busy([`others take ${40 + at} % of the CPU time`]),
        ]),
      ),
    );
    expect(lines).toHaveLength(6);
    expect(lines.at(0)).toBe('nodes         n[1-32]');
    expect(lines.at(-1)).toBe('in use        by something: others take 40 to 71 % of the CPU time');
  });

  it('say which of them are at work where not all are, and at what', () => {
    const lines = told({
      n1: busy(['drive vda is busy 12 % of the time', 'interface eth0 carries 300 Mbit/s']),
      n2: mergeFacts(),
      n3: busy(['interface eth0 carries 300 Mbit/s']),
    });
    expect(lines.slice(-2)).toEqual([
      'in use        by something: drive vda is busy 12 % of the time (n1)',
      'in use        by something: interface eth0 carries 300 Mbit/s (n[1,3])',
    ]);
  });

  it('are told apart by what they are and by who uses them', () => {
    const lines = told({
      n1: mergeFacts(),
      n2: mergeFacts({ occupied: ['a miner'] }),
      n3: mergeFacts({ memoryBytes: 2 ** 36 }),
    });
    expect(lines.filter((line) => line.startsWith('node'))).toHaveLength(3);
    expect(lines[0]).toBe('node          n2');
  });
});
