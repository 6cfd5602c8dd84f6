import type { Evidence, Tree } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import { mapFact } from './read-number.ts';

/** A function of a device on the PCI bus. */
export interface PciDevice {
  readonly address: string;
  readonly vendor: string;
  readonly device: string;
  /** Base class and subclass: `0302`. */
  readonly pciClass: string;
  readonly get: (name: string) => string | undefined;
}

/** All that is on the PCI bus. */
export const readPci = (evidence: Evidence): Fact<readonly PciDevice[]> =>
  mapFact(evidence.tree('sysfs pci'), (tree) =>
    Object.keys(tree).length === 0
      ? unknown('/sys/bus/pci/devices is empty or not there: the PCI bus cannot be seen')
      : known(pciDevices(tree)),
  );

function pciDevices(tree: Tree): PciDevice[] {
  const addresses = new Set(
    Object.keys(tree).flatMap((path) => /^\/sys\/bus\/pci\/devices\/([^/]+)\//.exec(path)?.[1] ?? []),
  );
  return [...addresses].toSorted().map((address) => {
    const get = (name: string): string | undefined => {
      const entry = tree[`/sys/bus/pci/devices/${address}/${name}`];
      return typeof entry === 'string' ? entry : undefined;
    };
    const hex = (name: string): string => /^0x([0-9a-f]+)$/i.exec(get(name) ?? '')?.[1]?.toLowerCase() ?? '';
    return { address, vendor: hex('vendor'), device: hex('device'), pciClass: hex('class').slice(0, 4), get };
  });
}
