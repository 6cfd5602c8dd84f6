import type { FactValue, Said } from '../../reports/verdict/said.ts';
import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { FactsDocument } from '../store/run-material.ts';

/** What cannot differ between two looks at one machine: its board and its processors. */
const fixed = [
  ['board UUID', (facts: HostFacts) => facts.identity.dmiUuid],
  ['serial number', (facts: HostFacts) => facts.identity.serial],
  ['machine id', (facts: HostFacts) => facts.identity.machineId],
  ['processor', (facts: HostFacts) => facts.cpu.model],
  ['processor sockets', (facts: HostFacts) => facts.cpu.sockets],
] as const satisfies readonly (readonly [string, (facts: HostFacts) => Fact<string | number>])[];

/** Why what was run under some facts says nothing about the machine as it is now. */
export interface Stale {
  readonly reason: Said;
  /** Of another machine altogether; else of an earlier state of this one. */
  readonly isOther: boolean;
}

/**
 * Compares the facts of a node that were taken one after the other. Facts of another machine make what was run under them
 * worthless; what was run before a part, a driver or a serial number changed was measured on another state of the machine
 * and is not pooled with what came after. Only what is known on both sides is compared. By the step of the facts.
 */
export function findStale(documents: readonly FactsDocument[]): ReadonlyMap<string, Stale> {
  const [first] = documents;
  const stale = new Map<string, Stale>();
  if (first === undefined) return stale;
  const own: FactsDocument[] = [];
  for (const document of documents) {
    const difference = findOther(first.facts, document.facts);
    if (difference === undefined) own.push(document);
    else
      stale.set(document.step, {
        reason: { say: 'other-machine', step: document.step, ...difference },
        isOther: true,
      });
  }
  const last = own.at(-1);
  for (const document of own) {
    const change = last && findChange(document.facts, last.facts);
    if (last !== undefined && change !== undefined)
      stale.set(document.step, {
        reason: { say: 'machine-changed', step: last.step, ...change },
        isOther: false,
      });
  }
  return stale;
}

function findOther(
  first: HostFacts,
  later: HostFacts,
): { readonly what: string; readonly before: FactValue; readonly after: FactValue } | undefined {
  for (const [what, read] of fixed) {
    const [before, after] = [valueOf<string | number>(read(first)), valueOf<string | number>(read(later))];
    if (before !== undefined && after !== undefined && before !== after) return { what, before, after };
  }
  return undefined;
}

/** The first part that makes two states of one machine differ. */
export function findChange(
  before: HostFacts,
  after: HostFacts,
): { readonly kind: string; readonly part: string; readonly isGone: boolean } | undefined {
  const [had, has] = [partsOf(before), partsOf(after)];
  for (const [kind, parts] of had) {
    const now = has.get(kind);
    if (parts === undefined || now === undefined) continue;
    const gone = [...parts].find((part) => !now.has(part));
    if (gone !== undefined) return { kind, part: gone, isGone: true };
    const added = [...now].find((part) => !parts.has(part));
    if (added !== undefined) return { kind, part: added, isGone: false };
  }
  return undefined;
}

/** What an asset state consists of, by kind; `undefined` where it is not known. */
const partsOf = ({ accelerators, drives }: HostFacts): ReadonlyMap<string, ReadonlySet<string> | undefined> =>
  new Map([
    ['accelerator', setOf(accelerators, ({ uuid, address }) => valueOf(uuid) ?? address)],
    ['driver', setOf(accelerators, ({ driver }) => valueOf(driver))],
    ['drive', setOf(drives, ({ identity }) => identity)],
  ]);

function setOf<T>(
  list: Fact<readonly T[]>,
  nameOf: (item: T) => string | undefined,
): ReadonlySet<string> | undefined {
  return valueOf(list) && new Set(valueOf(list)?.flatMap((item) => nameOf(item) ?? []));
}
