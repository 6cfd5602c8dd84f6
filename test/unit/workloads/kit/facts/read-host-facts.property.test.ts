import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import type { ProbeDocument } from '../../../../../workloads/kit/facts/probe-output.ts';
import { ProbeOutput } from '../../../../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, h100, nvidiaSmi, pciTree, virtualMachine } from './documents.ts';

const gpuMachine = constructed({
  'sysfs pci': pciTree({ '0000:ba:00.0': h100 }),
  'nvidia-smi -q -x': nvidiaSmi([{ id: '00000000:BA:00.0' }]),
});
const status = fc.constantFrom(...ProbeOutput.shape.status.options);

/** A small damage to one text: cut, doubled, a character changed, something put in. */
const damage = fc.record({
  kind: fc.constantFrom('cut', 'drop', 'insert', 'replace'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  text: fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('nan', 'inf', '-1', '1,5', '"', '{', '<', '\n', '__proto__', '1e999'),
  ),
});

function mutate(
  text: string,
  { kind, at, text: inserted }: { kind: string; at: number; text: string },
): string {
  const place = Math.floor(at * text.length);
  if (kind === 'cut') return text.slice(0, place);
  if (kind === 'drop') return text.slice(0, place) + text.slice(place + 1);
  if (kind === 'insert') return text.slice(0, place) + inserted + text.slice(place);
  return text.slice(0, place) + inserted + text.slice(place + inserted.length);
}

const mutated = (document: ProbeDocument): fc.Arbitrary<ProbeDocument> =>
  fc
    .array(fc.tuple(fc.nat({ max: document.probes.length - 1 }), damage, fc.option(status, { freq: 5 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((changes) => {
      const probes = [...document.probes];
      for (const [index, change, other] of changes) {
        const probe = probes[index]!;
        probes[index] = { ...probe, text: mutate(probe.text, change), status: other ?? probe.status };
      }
      return { ...document, probes };
    });

describe('reading facts', () => {
  test('never throws and always gives a valid document, whatever a damaged machine answers', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(virtualMachine), mutated(gpuMachine)), (document) => {
        expect(HostFacts.safeParse(readHostFacts(document)).success).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('never throws on texts that have nothing to do with the probe', () => {
    const ids = virtualMachine.probes.map(({ id }) => id);
    const json = fc.json({ maxDepth: 3 });
    const probes = fc.array(
      fc.record({ id: fc.constantFrom(...ids), status, text: fc.oneof(fc.string(), json) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(probes, fc.string(), (outputs, scratchPath) => {
        const document: ProbeDocument = {
          schema: 'assay/probes',
          schemaVersion: 1,
          scratchPath,
          probes: outputs,
        };
        expect(HostFacts.safeParse(readHostFacts(document)).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a probe that was not read makes nothing known that was unknown, but for fallbacks', () => {
    const all = JSON.stringify(readHostFacts({ ...virtualMachine, probes: [] }));
    expect(all).not.toContain('"value"');
  });
});
