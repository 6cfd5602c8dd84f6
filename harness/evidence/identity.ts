import { sha256 } from '../../agents/protocol/chain.ts';
import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { canonical } from './canonical-json.ts';

/** What is known is itself; what is not says why, and is never left out. */
type Told = string | number | { readonly unknown: string };

const told = (it: Fact<string | number>): Told => ('value' in it ? it.value : it);

/**
 * Which machine it is, and of which parts it consists: numbers that a part was made with, and the firmware of its accelerators. A
 * boot id is none of it, nor the name that somebody gave the machine.
 */
export function identityOf(facts: HostFacts | undefined, why = 'no facts about it'): string {
  const lists = facts === undefined ? { unknown: why } : partsOf(facts);
  return canonical({ schema: 'assay/identity', schemaVersion: 1, parts: lists });
}

const partsOf = ({ identity, accelerators, drives, nics, networkCards, memory }: HostFacts): object => ({
  machine: {
    uuid: told(identity.dmiUuid),
    product: told(identity.product),
    serial: told(identity.serial),
  },
  accelerators: each(accelerators, ({ address, model, uuid, serial, firmware }) => ({
    address,
    model: told(model),
    uuid: told(uuid),
    serial: told(serial),
    firmware: told(firmware),
  })),
  interfaces: each(nics, ({ identity: address, permanentAddress, nodeGuid }) => ({
    address,
    mac: told(permanentAddress),
    guid: told(nodeGuid),
  })),
  networkCards: each(networkCards, ({ address, serial }) => ({ address, serial: told(serial) })),
  drives: each(drives, ({ model, serial, identity: name }) => ({
    name,
    model: told(model),
    serial: told(serial),
  })),
  memory: each(memory.modules, ({ name, serial }) => ({ name, serial: told(serial) })),
});

/** In an order of their own: that of the bus may be another one after a boot. */
function each<T>(
  list: Fact<readonly T[]>,
  tell: (item: T) => object,
): readonly object[] | { unknown: string } {
  if ('unknown' in list) return list;
  return list.value.map(tell).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

/**
 * Digests of the single things that a machine consists of, sorted: two runs that share one have measured the same thing at
 * least in part, whatever it was called.
 */
export function itemsOf({
  identity,
  accelerators,
  drives,
  nics,
  networkCards,
}: HostFacts): readonly string[] {
  const known = (kind: string, facts: readonly Fact<string>[]): readonly string[] =>
    facts.flatMap((it) => ('value' in it && it.value !== '' ? [`${kind}:${it.value}`] : []));
  const items = [
    ...known('machine', [identity.dmiUuid]),
    ...known('chassis', [identity.serial]),
    ...known(
      'accelerator',
      (valueOf(accelerators) ?? []).flatMap(({ uuid }) => [uuid]),
    ),
    ...known(
      'accelerator-serial',
      (valueOf(accelerators) ?? []).flatMap(({ serial }) => [serial]),
    ),
    ...known(
      'drive',
      (valueOf(drives) ?? []).map(({ serial }) => serial),
    ),
    ...known(
      'interface',
      (valueOf(nics) ?? []).map(({ permanentAddress }) => permanentAddress),
    ),
    ...known(
      'network-card',
      (valueOf(networkCards) ?? []).map(({ serial }) => serial),
    ),
  ];
  return [...new Set(items.map(sha256))].toSorted();
}
