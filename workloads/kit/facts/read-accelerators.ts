import type { Evidence, Tree } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator, AcceleratorFault } from './host-facts.ts';
import { computing, isDisplayOnly, isMiningName, mining, pciVendors } from './pci-models.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import type { NvidiaAnswer, NvidiaGpu } from './read-nvidia-smi.ts';
import { readNvidiaSmi } from './read-nvidia-smi.ts';
import { readUse } from './read-use.ts';

/** What nvidia-smi said, or why it said nothing. Most of the machines that are surveyed have none. */
export function readNvidia(evidence: Evidence): Fact<NvidiaAnswer> {
  const output = evidence.output('nvidia-smi -q -x');
  const read = readNvidiaSmi(output?.text ?? '');
  // For one GPU that it lost it fails, and its words are still an answer; failing without a word on any it has none for all.
  const isAnswer =
    output?.status === 'read' || (output?.status === 'failed' && read.ok && read.value.words.size > 0);
  if (read.ok && isAnswer) return known(read.value);
  if (output?.status !== 'read') return unknown(whyUnread('nvidia-smi -q -x', output));
  return unknown(read.ok ? 'nvidia-smi -q -x: no answer' : read.error);
}

/**
 * Accelerators are counted on the PCI bus, so that a missing driver never looks like missing hardware, and a GPU
 * that the driver lost stays in the list. nvidia-smi only adds to what the bus shows.
 */
export function readAccelerators(evidence: Evidence, nvidia: Fact<NvidiaAnswer>): Fact<Accelerator[]> {
  return mapFact(evidence.tree('sysfs pci'), (tree) => {
    if (Object.keys(tree).length === 0)
      return unknown('/sys/bus/pci/devices is empty or not there: the PCI bus cannot be seen');
    const devices = pciDevices(tree).filter(isAccelerator);
    return known(devices.map((device) => readAccelerator(device, devices, nvidia)));
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
 * Class 1200 is a processing accelerator, 0302 a controller without a display, and 03xx a display controller: of those only
 * the vendors' that sell accelerators count, since a server's management chip and a hypervisor have one too. A virtual
 * function is a part of a card that is in the list already.
 */
function isAccelerator({ address, vendor, device, pciClass, get }: PciDevice): boolean {
  if (get('physfn') !== undefined || isDisplayOnly(vendor, device, address)) return false;
  const isSold = vendor === '10de' || vendor === '1002' || vendor === '8086';
  return pciClass === '1200' || pciClass === '0302' || (isSold && pciClass.startsWith('03'));
}

function readAccelerator(
  device: PciDevice,
  all: readonly PciDevice[],
  nvidia: Fact<NvidiaAnswer>,
): Accelerator {
  const isNvidia = device.vendor === '10de';
  const gpu = isNvidia ? gpuAt(device, nvidia) : undefined;
  const silent = isNvidia ? whySilent(device, all, nvidia) : undefined;
  const fault = gpu === undefined ? silent : faultOf(gpu, valueOf(nvidia)?.gpus ?? []);
  const silence = fault?.said ?? 'no tool of this vendor is asked yet';
  const said = <T>(pick: (it: NvidiaGpu) => Fact<T>): Fact<T> =>
    gpu === undefined ? unknown(silence) : pick(gpu);
  const pciId = `${device.vendor}:${device.device}`;
  const attribute = (name: string): Fact<number> => readAmount(`${device.address} ${name}`, device.get(name));
  const driver = driverOf(device);
  const memoryBytes = firstKnown(
    said((it) => it.memoryBytes),
    attribute('mem_info_vram_total'),
  );
  const memoryUsedBytes = firstKnown(
    said((it) => it.memoryUsedBytes),
    attribute('mem_info_vram_used'),
  );
  const name = said((it) => it.productName);
  return {
    address: device.address,
    pciId,
    vendor: pciVendors[device.vendor] ?? `PCI vendor ${device.vendor}`,
    model: modelOf(pciId, name),
    purpose: purposeOf(pciId, name),
    driver: driver === undefined ? unknown('no kernel driver is bound to it') : known(driver),
    usable:
      fault === undefined && isNvidia
        ? known(true)
        : fault === undefined || fault.kind === 'no-driver'
          ? unknown(silence)
          : known(false),
    fault: fault === undefined ? unknown('nothing is known to be wrong with it') : known(fault),
    uuid: firstKnown(
      said((it) => it.uuid),
      textOf(device.get('unique_id'), silence),
    ),
    serial: said((it) => it.serial),
    memoryBytes,
    eccEnabled: said((it) => it.eccEnabled),
    isPartitioned: firstKnown(
      said((it) => it.isPartitioned),
      readPartition(device),
    ),
    persistenceEnabled: said((it) => it.persistenceEnabled),
    clocksLowered: said((it) => it.clocksLowered),
    link: {
      width: linkWidth(device, 'current_link_width'),
      maxWidth: linkWidth(device, 'max_link_width'),
      gigatransfers: linkSpeed(device, 'current_link_speed'),
      maxGigatransfers: linkSpeed(device, 'max_link_speed'),
      slotWidth: linkWidth(device, '../max_link_width'),
      slotGigatransfers: linkSpeed(device, '../max_link_speed'),
    },
    powerLimitWatts: said((it) => it.powerLimitWatts),
    defaultPowerLimitWatts: said((it) => it.defaultPowerLimitWatts),
    memoryUsedBytes,
    occupancy: readUse({
      driver,
      processes: said((it) => it.computeProcesses),
      busyPercent: firstKnown(
        said((it) => it.busyPercent),
        attribute('gpu_busy_percent'),
      ),
      memoryBytes,
      memoryUsedBytes,
      silence,
    }),
    rowRemapPending: said((it) => it.rowRemapPending),
    rowRemapFailure: said((it) => it.rowRemapFailure),
  };
}

const gpuAt = (device: PciDevice, nvidia: Fact<NvidiaAnswer>): NvidiaGpu | undefined =>
  valueOf(nvidia)?.gpus.find(({ address }) => address === device.address);

const driverOf = (device: PciDevice): string | undefined => {
  const driver = device.get('driver')?.split('/').at(-1);
  return driver === '' ? undefined : driver;
};

function modelOf(pciId: string, name: Fact<string>): Fact<string> {
  const model = computing[pciId] ?? mining[pciId];
  return model === undefined ? name : known(model);
}

/** What is in no table is not known to be made for computing, whatever it is called; a mining card says so by its name. */
function purposeOf(pciId: string, name: Fact<string>): Fact<string> {
  if (mining[pciId] !== undefined || ('value' in name && isMiningName(name.value))) return known('mining');
  if (computing[pciId] !== undefined) return known('computing');
  const called = 'value' in name ? ` (\`${name.value.slice(0, 60)}\`)` : '';
  return unknown(`${pciId}${called} is not in the tables of accelerators`);
}

/** AMD divides a card by a setting of its driver; SPX is the whole. */
function readPartition(device: PciDevice): Fact<boolean> {
  const mode = device.get('current_compute_partition');
  return mode === undefined || mode === ''
    ? unknown(`${device.address} current_compute_partition: not reported`)
    : known(mode !== 'SPX');
}

/** That every GPU answers with an error is more likely its driver's fault than that of all of them. */
function faultOf(gpu: NvidiaGpu, all: readonly NvidiaGpu[]): AcceleratorFault | undefined {
  const { fault } = gpu;
  const isShared = all.length > 1 && all.every((each) => each.fault?.kind === 'error');
  return fault !== undefined && isShared ? { ...fault, kind: 'no-driver' } : fault;
}

/**
 * Why nvidia-smi does not describe this device. It is the device's fault when the driver names it, or answers for others
 * like it; else nobody knows.
 */
function whySilent(
  device: PciDevice,
  all: readonly PciDevice[],
  nvidia: Fact<NvidiaAnswer>,
): AcceleratorFault {
  if ('unknown' in nvidia) return { kind: 'no-driver', said: nvidia.unknown };
  const { gpus, words } = nvidia.value;
  const named = words.get(device.address);
  if (named !== undefined) return { kind: 'lost', said: named };
  const driver = driverOf(device);
  if (driver !== undefined && driver !== 'nvidia')
    return { kind: 'no-driver', said: `${driver} is bound to it, which is not its vendor's driver` };
  const said = `nvidia-smi does not list ${device.address}, which is on the PCI bus`;
  if (gpus.length === 0 && words.size > 0) return { kind: 'no-driver', said: [...words.values()].join('; ') };
  // A driver takes no card that is too old for it, and binds to none that does not start.
  const isLikeOthers = all.some((each) => each.device === device.device && gpuAt(each, nvidia) !== undefined);
  const isFound = gpus.length > 0 && (driver === 'nvidia' || isLikeOthers);
  return { kind: isFound ? 'unlisted' : 'no-driver', said };
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
