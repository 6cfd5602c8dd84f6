import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known, unknown, valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type {
  Drive,
  HostFacts,
  MemoryModule,
  NetworkCard,
  Nic,
} from '../../../../workloads/kit/facts/host-facts.ts';
import { slotOf } from '../../../../workloads/kit/facts/read-cards.ts';
import { mapFact } from '../../../../workloads/kit/facts/read-number.ts';
import type { ManifestPart } from '../../../config/manifest.ts';
import { sizeName } from './module-size.ts';

/** What the facts say of one device of a kind, or of `count` that they cannot tell apart. */
export interface FoundDevice {
  readonly serial: Fact<string>;
  readonly model: Fact<string>;
  /** Its maker, where `model` leaves the maker out. */
  readonly vendor?: string;
  /** Names that it shares with others of its kind: the chip of a card, the size of a module. */
  readonly also?: readonly string[];
  /** Addresses by which suppliers list a network card instead of its serial number. */
  readonly addresses?: Readonly<Record<'mac' | 'guid', Fact<readonly string[]>>>;
  readonly count: number;
}

/** The devices of a kind that a manifest can list. */
export function manifestDevices(part: ManifestPart['part'], facts: HostFacts): Fact<readonly FoundDevice[]> {
  switch (part) {
    case 'machine':
      return known([{ serial: facts.identity.serial, model: facts.identity.product, count: 1 }]);
    case 'accelerator':
      return mapFact(facts.accelerators, (all) =>
        known(all.map(({ serial, model, vendor }) => ({ serial, model, vendor, count: 1 }))),
      );
    case 'drive':
      return mapFact(facts.drives, (all) =>
        known(withoutNamespaces(all).map(({ serial, model }) => ({ serial, model, count: 1 }))),
      );
    case 'nic':
      return mapFact(facts.networkCards, (cards) => known(cards.map((card) => cardDevice(card, facts.nics))));
    case 'memory':
      return mapFact(facts.memory.modules, (all) => known(all.map(moduleDevice)));
    case 'psu':
      return mapFact(facts.powerSupplies, (all) => known(all.map(describePart)));
    case 'transceiver':
      return mapFact(facts.transceivers, (all) => known(all.map(describePart)));
    case 'fan':
      return mapFact(facts.fans, (all) => known(all.map(describePart)));
    case 'cpu':
      return mapFact(facts.cpu.sockets, (count) =>
        known([
          { serial: unknown('the facts hold no serials of processors'), model: facts.cpu.model, count },
        ]),
      );
  }
}

type Labelled = Pick<MemoryModule, 'vendor' | 'model' | 'serial'>;

function describePart({ vendor, model, serial }: Labelled): FoundDevice {
  const maker = valueOf(vendor);
  return { model, serial, count: 1, ...(maker === undefined ? {} : { vendor: maker }) };
}

function moduleDevice(module: MemoryModule): FoundDevice {
  const bytes = valueOf(module.sizeBytes);
  return { ...describePart(module), also: bytes === undefined ? [] : [sizeName(bytes)] };
}

/** A card with the addresses of its ports; one without an interface shows none. */
function cardDevice({ address, chip, model, serial }: NetworkCard, nics: Fact<readonly Nic[]>): FoundDevice {
  const ports = (valueOf(nics) ?? []).filter(({ identity }) => slotOf(identity) === address);
  const allOf = (pick: (nic: Nic) => Fact<string>): Fact<readonly string[]> => {
    const found = ports.map(pick);
    const blind = found.find((it) => 'unknown' in it);
    if (ports.length === 0) return unknown(`the card at ${address} has no interface that tells its address`);
    return blind ?? known(found.flatMap((it) => valueOf(it) ?? []));
  };
  return {
    serial,
    model,
    also: 'value' in chip ? [chip.value] : [],
    addresses: {
      mac: allOf(({ permanentAddress }) => permanentAddress),
      guid: allOf(({ nodeGuid }) => nodeGuid),
    },
    count: 1,
  };
}

/** Namespaces of one NVMe drive are drives to the kernel and share its serial. */
function withoutNamespaces(drives: readonly Drive[]): readonly Drive[] {
  const seen = new Set<string>();
  return drives.filter(({ serial, model, transport }) => {
    if ('unknown' in serial || valueOf(transport)?.startsWith('nvme') !== true) return true;
    const key = JSON.stringify([serial.value, valueOf(model)]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
