import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known, unknown, valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { Drive, HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { mapFact } from '../../../../workloads/kit/facts/read-number.ts';
import type { ManifestPart } from '../../../config/manifest.ts';

/** What the facts say of one device of a kind, or of `count` that they cannot tell apart. */
export interface FoundDevice {
  readonly serial: Fact<string>;
  readonly model: Fact<string>;
  /** Its maker, where `model` leaves the maker out. */
  readonly vendor?: string;
  readonly count: number;
}

/** The devices of a kind that a manifest can list, except memory, of which only the sum is known. */
export function manifestDevices(
  part: Exclude<ManifestPart['part'], 'memory'>,
  facts: HostFacts,
): Fact<readonly FoundDevice[]> {
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
      return unknown(
        'the facts hold network interfaces, not cards: neither models, serials nor their number',
      );
    case 'psu':
    case 'fan':
      return unknown(
        'power supplies and fans are known to the management controller, which is not asked yet',
      );
    case 'transceiver':
      return unknown('transceivers are known to their ports, which are not asked yet');
    case 'cpu':
      return mapFact(facts.cpu.sockets, (count) =>
        known([
          { serial: unknown('the facts hold no serials of processors'), model: facts.cpu.model, count },
        ]),
      );
  }
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
