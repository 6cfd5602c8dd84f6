import type { Said } from '../../reports/verdict/said.ts';
import type { FactValue } from '../../reports/verdict/said-parts.ts';
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
export function findStale(
  documents: readonly FactsDocument[],
  isReplaced: Replaced = () => false,
): ReadonlyMap<string, Stale> {
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
    const change = last && findChange(document.facts, last.facts, isReplaced);
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

/** Whether a part of a kind was repaired, so that another one is in its place. */
export type Replaced = (kind: string, part: string) => boolean;

/** The first part that makes two states of one machine differ. */
export function findChange(
  before: HostFacts,
  after: HostFacts,
  isReplaced: Replaced = () => false,
): { readonly kind: string; readonly part: string; readonly isGone: boolean } | undefined {
  const [had, has] = [partsOf(before), partsOf(after)];
  for (const [kind, parts] of had) {
    const now = has.get(kind);
    if (parts === undefined || now === undefined) continue;
    const missing = [...parts].filter((part) => !now.has(part));
    const gone = missing.find((part) => !isReplaced(kind, part));
    if (gone !== undefined) return { kind, part: gone, isGone: true };
    // As many are new as were replaced, and no more.
    const added = [...now].filter((part) => !parts.has(part))[missing.length];
    if (added !== undefined) return { kind, part: added, isGone: false };
  }
  return findOtherFirmware(before, after);
}

/** A card that is still there and has another firmware is another state of the machine, as one with another driver is. */
function findOtherFirmware(before: HostFacts, after: HostFacts): ReturnType<typeof findChange> {
  const had = firmwareOf(before);
  for (const [card, firmware] of firmwareOf(after)) {
    const earlier = had.get(card);
    if (earlier !== undefined && earlier !== firmware)
      return { kind: 'firmware', part: `${firmware} of ${card}`, isGone: false };
  }
  return undefined;
}

const firmwareOf = ({ accelerators }: HostFacts): ReadonlyMap<string, string> =>
  new Map(
    (valueOf(accelerators) ?? []).flatMap(({ uuid, firmware }) => {
      const [card, version] = [valueOf(uuid), valueOf(firmware)];
      return card === undefined || version === undefined ? [] : [[card, version] as const];
    }),
  );

/** What an asset state consists of, by kind; `undefined` where it is not known. */
const partsOf = ({ accelerators, drives }: HostFacts): ReadonlyMap<string, ReadonlySet<string> | undefined> =>
  new Map([
    ['accelerator', setOf(accelerators, ({ uuid, address }) => valueOf(uuid) ?? address)],
    ['driver', setOf(accelerators, ({ driver }) => valueOf(driver))],
    ['driver version', setOf(accelerators, ({ driverVersion }) => valueOf(driverVersion))],
    ['drive', setOf(drives, ({ identity }) => identity)],
  ]);

function setOf<T>(
  list: Fact<readonly T[]>,
  nameOf: (item: T) => string | undefined,
): ReadonlySet<string> | undefined {
  return valueOf(list) && new Set(valueOf(list)?.flatMap((item) => nameOf(item) ?? []));
}
