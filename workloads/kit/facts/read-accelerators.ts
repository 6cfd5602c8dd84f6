import type { Evidence, Tree } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator } from './host-facts.ts';
import { amdIntegrated, pciModels, pciVendors } from './pci-models.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import type { NvidiaGpu } from './read-nvidia-smi.ts';
import { readNvidiaSmi } from './read-nvidia-smi.ts';

/** What nvidia-smi said, or why it said nothing. Most of the machines that are surveyed have none. */
export function readNvidiaGpus(evidence: Evidence): Fact<readonly NvidiaGpu[]> {
  const output = evidence.output('nvidia-smi -q -x');
  if (output?.status !== 'read') return unknown(whyUnread('nvidia-smi -q -x', output));
  const read = readNvidiaSmi(output.text);
  return read.ok ? known(read.value) : unknown(read.error);
}

/**
 * Accelerators are counted on the PCI bus, so that a missing driver never looks like missing hardware, and a GPU
 * that the driver lost stays in the list. nvidia-smi only adds to what the bus shows.
 */
export function readAccelerators(evidence: Evidence, gpus: Fact<readonly NvidiaGpu[]>): Fact<Accelerator[]> {
  return mapFact(evidence.tree('sysfs pci'), (tree) => {
    if (Object.keys(tree).length === 0)
      return unknown('/sys/bus/pci/devices is empty or not there: the PCI bus cannot be seen');
    return known(
      pciDevices(tree)
        .filter(isAccelerator)
        .map((device) => readAccelerator(device, gpus)),
    );
  });
}

interface PciDevice {
  readonly address: string;
  readonly vendor: string;
  readonly device: string;
  /** Base class and subclass: `0302`. */
  readonly pciClass: string;
  readonly get: (name: string) => string | undefined;
}

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

/**
 * Class 1200 is a processing accelerator and 03xx a display controller; those of a server's management chip
 * (ASPEED, Matrox), of hypervisors and inside processors compute nothing that is sold. A virtual function is a
 * part of a card that is in the list already.
 */
function isAccelerator({ address, vendor, device, pciClass, get }: PciDevice): boolean {
  if (get('physfn') !== undefined) return false;
  const isDisplay = pciClass.startsWith('03');
  switch (vendor) {
    case '10de':
      return isDisplay;
    case '1002':
      return pciClass === '1200' || (isDisplay && !amdIntegrated.has(device));
    case '8086':
      // Bus 0 is inside the processor: its graphics and its neural unit.
      return (isDisplay || pciClass === '1200') && !/^[0-9a-f]+:00:/.test(address);
    default:
      return pciClass === '1200';
  }
}

function readAccelerator(device: PciDevice, gpus: Fact<readonly NvidiaGpu[]>): Accelerator {
  const isNvidia = device.vendor === '10de';
  const gpu = isNvidia ? valueOf(gpus)?.find(({ address }) => address === device.address) : undefined;
  const silence = whySilent(device, isNvidia ? gpus : undefined);
  const said = <T>(pick: (it: NvidiaGpu) => Fact<T>): Fact<T> =>
    gpu === undefined ? unknown(silence) : pick(gpu);
  const pciId = `${device.vendor}:${device.device}`;
  const bySku = pciModels[pciId];
  const attribute = (name: string): Fact<number> => readAmount(`${device.address} ${name}`, device.get(name));
  const driver = device.get('driver')?.split('/').at(-1);
  return {
    address: device.address,
    pciId,
    vendor: pciVendors[device.vendor] ?? `PCI vendor ${device.vendor}`,
    model: bySku === undefined ? said((it) => it.productName) : known(bySku),
    driver:
      driver === undefined || driver === '' ? unknown('no kernel driver is bound to it') : known(driver),
    usable: isNvidia
      ? known(gpu !== undefined && !gpu.isSick)
      : unknown('no tool of this vendor is asked yet'),
    uuid: firstKnown(
      said((it) => it.uuid),
      textOf(device.get('unique_id'), silence),
    ),
    serial: said((it) => it.serial),
    memoryBytes: firstKnown(
      said((it) => it.memoryBytes),
      attribute('mem_info_vram_total'),
    ),
    eccEnabled: said((it) => it.eccEnabled),
    link: {
      width: linkWidth(device, 'current_link_width'),
      maxWidth: linkWidth(device, 'max_link_width'),
      gigatransfers: linkSpeed(device, 'current_link_speed'),
      maxGigatransfers: linkSpeed(device, 'max_link_speed'),
    },
    powerLimitWatts: said((it) => it.powerLimitWatts),
    defaultPowerLimitWatts: said((it) => it.defaultPowerLimitWatts),
    memoryUsedBytes: firstKnown(
      said((it) => it.memoryUsedBytes),
      attribute('mem_info_vram_used'),
    ),
    rowRemapPending: said((it) => it.rowRemapPending),
    rowRemapFailure: said((it) => it.rowRemapFailure),
  };
}

function whySilent(device: PciDevice, gpus: Fact<readonly NvidiaGpu[]> | undefined): string {
  if (gpus === undefined) return 'no tool of this vendor is asked yet';
  return 'unknown' in gpus
    ? gpus.unknown
    : `nvidia-smi does not list ${device.address}, which is on the PCI bus`;
}

const textOf = (text: string | undefined, why: string): Fact<string> =>
  text === undefined || text === '' ? unknown(why) : known(text);

/** A device that fell off its bus answers every read with ones: a width of 63 or 255 is no link. */
function linkWidth(device: PciDevice, name: string): Fact<number> {
  return mapFact(readAmount(`${device.address} ${name}`, device.get(name)), (width) =>
    width >= 1 && width <= 32
      ? known(width)
      : unknown(`${device.address} ${name}: ${width} is no link width`),
  );
}

/** `16.0 GT/s PCIe` (older kernels: `16 GT/s`). */
function linkSpeed(device: PciDevice, name: string): Fact<number> {
  const text = device.get(name);
  return readAmount(`${device.address} ${name}`, /^(\S+) GT\/s(?: PCIe)?$/.exec(text ?? '')?.[1] ?? text);
}
