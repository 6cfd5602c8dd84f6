import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDrift, modeOf } from '../../../../../../harness/judge/rules/drift/compare-drift.ts';
import type { Fact } from '../../../../../../workloads/kit/facts/fact.ts';
import { known, unknown } from '../../../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../../../workloads/kit/facts/host-facts.ts';
import { h100, mergeFacts, nic } from '../../../../../support/constructed/facts.ts';

const factOf = <T>(...values: readonly T[]): fc.Arbitrary<Fact<T>> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...values).map(known) },
    { weight: 1, arbitrary: fc.constant(unknown('hidden')) },
  );
const accelerator = fc
  .tuple(factOf('H100', 'H200'), factOf(true, false), factOf(500, 700))
  .map(([model, eccEnabled, powerLimitWatts]) => h100(0, { model, eccEnabled, powerLimitWatts }));
const port = fc
  .tuple(factOf(1e11, 4e11), factOf(true, false))
  .map(([speed, isUp]) => nic({ speedBitsPerSecond: speed, isUp }));
const facts: fc.Arbitrary<HostFacts> = fc
  .tuple(
    fc.array(accelerator, { maxLength: 4 }),
    fc.array(port, { maxLength: 3 }),
    factOf('6.1.0', '6.1.1'),
    factOf(2e12, 2.01e12, 2.03e12),
  )
  .map(([accelerators, nics, kernel, totalBytes]) => {
    const plain = mergeFacts({ accelerators: known(accelerators), nics: known(nics) });
    return { ...plain, os: { ...plain.os, kernel }, memory: { ...plain.memory, totalBytes } };
  });
const verdictsOf = (a: Parameters<typeof compareDrift>[0], b: HostFacts) =>
  new Map(compareDrift(a, b).map(({ path, verdict }) => [path, verdict]));

describe('compareDrift', () => {
  it('finds no drift from itself, and passes nothing of which it does not know all', () => {
    fc.assert(
      fc.property(facts, (each) => {
        for (const { golden, verdict } of compareDrift(each, each)) {
          expect(verdict).toBe(JSON.stringify(golden).includes('"unknown":') ? 'missing' : 'pass');
        }
      }),
    );
  });
  it('says the same in both directions', () => {
    fc.assert(
      fc.property(facts, facts, (a, b) => {
        expect(verdictsOf(a, b)).toEqual(verdictsOf(b, a));
      }),
    );
  });
  it('never passes because something is not known', () => {
    fc.assert(
      fc.property(facts, facts, fc.nat(), (a, b, at) => {
        const before = verdictsOf(a, b);
        const list = 'value' in b.accelerators ? b.accelerators.value : [];
        const blind = {
          ...b,
          os: { ...b.os, kernel: unknown('hidden') },
          accelerators: known(
            list.map((each, index) => (index === at % 4 ? { ...each, eccEnabled: unknown('hidden') } : each)),
          ),
        };
        for (const [path, verdict] of verdictsOf(a, blind)) {
          if (verdict === 'pass') expect(before.get(path)).toBe('pass');
        }
      }),
    );
  });
});

describe('modeOf', () => {
  it('does not depend on the order of the nodes', () => {
    const shuffled = fc
      .array(facts, { maxLength: 14 })
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, facts, ([all, other], each) => {
        expect(compareDrift(modeOf(other), each)).toEqual(compareDrift(modeOf(all), each));
      }),
    );
  });
  it('is what all have when all have the same', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 8, max: 12 }), (each, count) => {
        expect(verdictsOf(modeOf(Array.from({ length: count }, () => each)), each)).toEqual(
          verdictsOf(each, each),
        );
      }),
    );
  });
});
