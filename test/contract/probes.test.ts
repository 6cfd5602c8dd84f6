import { describe, expect, it } from 'vitest';
import { probeList } from '../../agents/probe/probe-list.ts';
import type { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readMachine } from '../../workloads/kit/facts/read-host-facts.ts';
import { loadMachines } from '../support/machines.ts';
import { virtualMachine } from '../unit/workloads/kit/facts/documents.ts';

// A probe that nobody reads is a probe that failed on every machine, and nobody saw it: for each there are machines of three
// makes whose facts it changes.

const leastMakes = 3;
const machines = [
  { make: 'x86-64 virtual machine (recorded)', document: virtualMachine },
  ...loadMachines().map(({ make, document }) => ({ make, document })),
];
const ids = probeList({
  scratchPath: '/s',
  watchMs: 1,
  programs: [],
  headers: [],
  libraries: [],
  places: [],
}).map(({ id }) => id);

/** What is known, by path. What is not known says nothing here, whatever its reason. */
function knownFacts(document: ProbeDocument): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) {
      found.set(path, JSON.stringify(part));
      return;
    }
    if ('unknown' in part) return;
    if (Array.isArray(part)) found.set(`${path}/length`, String(part.length));
    for (const [key, child] of Object.entries(part)) walk(child, `${path}/${key}`);
  };
  const { facts, counted } = readMachine(document);
  const { scratch, ...others } = facts;
  walk({ ...others, counted, scratch: { ...scratch, path: undefined } }, '');
  return found;
}

const only = (document: ProbeDocument, keep: (id: string) => boolean): ProbeDocument => ({
  ...document,
  probes: document.probes.filter(({ id }) => keep(id)),
});
const differ = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size !== b.size || [...a].some(([path, value]) => b.get(path) !== value);

/** Whether a probe makes something known: by itself, or beside the others. */
function tells(id: string, document: ProbeDocument): boolean {
  const answer = document.probes.find((probe) => probe.id === id);
  if (answer === undefined) return false;
  const alone = only(document, (each) => each === id);
  return (
    differ(knownFacts(alone), knownFacts(only(document, () => false))) ||
    differ(knownFacts(document), knownFacts(only(document, (each) => each !== id)))
  );
}

const makesBy = (id: string): readonly string[] => [
  ...new Set(machines.filter(({ document }) => tells(id, document)).map(({ make }) => make)),
];

describe('each probe tells something about machines of different makes', () => {
  it.each(ids)('%s', (id) => {
    expect(
      makesBy(id).length,
      `${id} tells something of: ${makesBy(id).join(', ') || 'no machine'}`,
    ).toBeGreaterThanOrEqual(leastMakes);
  });

  it('finds out one that nobody reads', () => {
    const unread = { id: '/proc/version', status: 'read', text: 'Linux version 6.1.0' } as const;
    expect(tells(unread.id, { ...virtualMachine, probes: [...virtualMachine.probes, unread] })).toBe(false);
    expect(
      tells(
        'lscpu -J',
        only(virtualMachine, (id) => id !== 'lscpu -J'),
      ),
    ).toBe(false);
  });
});

it('no machine answers a probe that is not asked', () => {
  const strange = loadMachines().flatMap(({ name, document }) =>
    document.probes.filter(({ id }) => !ids.includes(id)).map(({ id }) => `${name}: ${id}`),
  );
  expect(strange).toEqual([]);
});
