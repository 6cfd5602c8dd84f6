import type { Evidence } from './evidence.ts';
import { whyUnread } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Accelerator, AcceleratorFault } from './host-facts.ts';
import { computing, isDisplayOnly, isMiningName, mining, pciVendors } from './pci-models.ts';
import { amdMetricId, amdStaticId, readAmdSmi, whyOther } from './read-amd-smi.ts';
import { slotOf } from './read-cards.ts';
import { containerOf } from './read-container.ts';
import { firstKnown, mapFact, readAmount } from './read-number.ts';
import { readNvidiaSmi } from './read-nvidia-smi.ts';
import type { PciDevice } from './read-pci.ts';
import { readPci } from './read-pci.ts';
import { readUse } from './read-use.ts';
import type { Watch } from './read-watch.ts';
import { readBusyPercent, watchId } from './read-watch.ts';
import type { ToldAnswer, ToldGpu } from './told-gpu.ts';

/** What nvidia-smi said, or why it said nothing. Most of the machines that are surveyed have none. */
export function readNvidia(evidence: Evidence): Fact<ToldAnswer> {
  const output = evidence.output('nvidia-smi -q -x');
  const read = readNvidiaSmi(output?.text ?? '');
  // For one GPU that it lost it fails, and its words are still an answer; failing without a word on any it has none for all.
  const isAnswer =
    output?.status === 'read' || (output?.status === 'failed' && read.ok && read.value.words.size > 0);
  if (read.ok && isAnswer) return known(read.value);
  if (output?.status !== 'read') return unknown(whyUnread('nvidia-smi -q -x', output));
  return unknown(read.ok ? 'nvidia-smi -q -x: no answer' : read.error);
}

/** What amd-smi said. That it says something else of a card than the kernel does takes its word for all of them. */
export function readAmd(evidence: Evidence): Fact<ToldAnswer> {
  return mapFact(evidence.text(amdStaticId), (text) =>
    mapFact(readPci(evidence), (bus) => {
      const read = readAmdSmi(text, evidence.text(amdMetricId));
      if (!read.ok) return unknown(read.error);
      const gpus: ToldGpu[] = [];
      for (const gpu of read.value) {
        const device = bus.find(({ address, vendor }) => address === gpu.address && vendor === '1002');
        // Each part of a divided card has a function of its own, which the bus does not show.
        const isPart = bus.some(({ address }) => slotOf(address) === slotOf(gpu.address));
        if (device === undefined && !isPart)
          return unknown(`amd-smi lists ${gpu.address}, where the PCI bus has no card of AMD`);
        if (device === undefined) continue;
        const kernel = { uniqueId: device.get('unique_id'), memoryBytes: device.get('mem_info_vram_total') };
        const other = whyOther(gpu, kernel);
        if (other !== undefined) return unknown(`amd-smi says ${other}`);
        gpus.push({ ...gpu, uuid: kernelOr(kernel.uniqueId, gpu.uuid) });
      }
      return known({ gpus, words: new Map<string, string>() });
    }),
  );
}

/** What the kernel publishes goes before what a tool says: a fact is the same whether the tool is there or not. */
const kernelOr = (text: string | undefined, said: Fact<string>): Fact<string> =>
  text === undefined || text === '' ? said : known(text);

/** What the tools of vendors said, by the vendor's PCI id. */
export interface Told {
  readonly '10de': Fact<ToldAnswer>;
  readonly '1002': Fact<ToldAnswer>;
}

export const readTold = (evidence: Evidence): Told => ({
  '10de': readNvidia(evidence),
  '1002': readAmd(evidence),
});

/**
 * Accelerators are counted on the PCI bus, so that a missing driver never looks like missing hardware, and a GPU
 * that the driver lost stays in the list. Tools of vendors only add to what the bus shows.
 */
export function readAccelerators(evidence: Evidence, told: Told, watched: Fact<Watch>): Fact<Accelerator[]> {
  return mapFact(readPci(evidence), (bus) => {
    const devices = bus.filter(isAccelerator);
    const seen: Seen = {
      devices,
      told,
      watched,
      isWatched: evidence.output(watchId) !== undefined,
      isInside: containerOf(evidence) !== undefined,
    };
    return known(devices.map((device) => readAccelerator(device, seen)));
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

/** What is known of all of them. */
interface Seen {
  readonly devices: readonly PciDevice[];
  readonly told: Told;
  readonly watched: Fact<Watch>;
  /** Whether it was to be. */
  readonly isWatched: boolean;
  /** In a container, which sees the whole bus and may have been given some of the devices. */
  readonly isInside: boolean;
}

function readAccelerator(device: PciDevice, seen: Seen): Accelerator {
  const { told, watched, isWatched } = seen;
  const answer = answerFor(device, told);
  const gpu = answer === undefined ? undefined : gpuAt(device, answer);
  // amdgpu works without amd-smi: that this is not there, or says nothing, is no fault of a card.
  const isAsked = device.vendor === '10de' || (answer !== undefined && 'value' in answer);
  const silent = isAsked && answer !== undefined ? whySilent(device, answer, seen) : undefined;
  const fault = gpu === undefined ? silent : faultOf(gpu, (answer && valueOf(answer))?.gpus ?? []);
  const unasked = answer === undefined ? 'no tool of this vendor is asked yet' : undefined;
  const silence =
    fault?.said ?? unasked ?? (answer !== undefined && 'unknown' in answer ? answer.unknown : '');
  const said = <T>(pick: (it: ToldGpu) => Fact<T>): Fact<T> =>
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
  const vendor = pciVendors[device.vendor] ?? `PCI vendor ${device.vendor}`;
  const model = modelOf(pciId, name);
  return {
    address: device.address,
    pciId,
    vendor,
    model,
    purpose: purposeOf(pciId, name),
    driver: driver === undefined ? unknown('no kernel driver is bound to it') : known(driver),
    driverVersion: said((it) => it.driverVersion),
    firmware: kernelOr(
      device.get('vbios_version'),
      said((it) => it.vbiosVersion),
    ),
    usable:
      fault === undefined && gpu !== undefined
        ? known(true)
        : fault === undefined || fault.kind === 'no-driver'
          ? unknown(silence)
          : known(false),
    fault: fault === undefined ? unknown('nothing is known to be wrong with it') : known(fault),
    uuid: kernelOr(
      device.get('unique_id'),
      said((it) => it.uuid),
    ),
    serial: kernelOr(
      device.get('serial_number'),
      said((it) => it.serial),
    ),
    memoryBytes,
    eccEnabled: said((it) => it.eccEnabled),
    isPartitioned: firstKnown(
      said((it) => it.isPartitioned),
      readPartition(device),
    ),
    persistenceEnabled: said((it) => it.persistenceEnabled),
    confidentialComputing: said((it) => it.confidentialComputing),
    fabric: said((it) => it.fabric),
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
    temperatureLimitCelsius: said((it) => it.temperatureLimitCelsius),
    memoryUsedBytes,
    occupancy: readUse({
      vendor,
      model,
      driver,
      processes: said((it) => it.computeProcesses),
      busyPercent: firstKnown(
        said((it) => it.busyPercent),
        attribute('gpu_busy_percent'),
      ),
      isWatched,
      watchedPercent: readBusyPercent(watched, device.address),
      memoryBytes,
      memoryUsedBytes,
      silence,
    }),
    rowRemapPending: said((it) => it.rowRemapPending),
    rowRemapFailure: said((it) => it.rowRemapFailure),
  };
}

const answerFor = ({ vendor }: PciDevice, told: Told): Fact<ToldAnswer> | undefined =>
  vendor === '10de' || vendor === '1002' ? told[vendor] : undefined;

const gpuAt = (device: PciDevice, answer: Fact<ToldAnswer>): ToldGpu | undefined =>
  valueOf(answer)?.gpus.find(({ address }) => address === device.address);

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
function faultOf(gpu: ToldGpu, all: readonly ToldGpu[]): AcceleratorFault | undefined {
  const { fault } = gpu;
  const isShared = all.length > 1 && all.every((each) => each.fault?.kind === 'error');
  return fault !== undefined && isShared ? { ...fault, kind: 'no-driver' } : fault;
}

/**
 * Why its vendor's tool does not describe this device. It is the device's fault when the driver names it, or answers for others
 * like it; else nobody knows.
 */
function whySilent(
  device: PciDevice,
  answer: Fact<ToldAnswer>,
  { devices, isInside }: Seen,
): AcceleratorFault {
  if ('unknown' in answer) return { kind: 'no-driver', said: answer.unknown };
  const { gpus, words } = answer.value;
  const [tool, own] = device.vendor === '10de' ? ['nvidia-smi', 'nvidia'] : ['amd-smi', 'amdgpu'];
  const named = words.get(device.address);
  if (named !== undefined) return { kind: 'lost', said: named };
  const driver = driverOf(device);
  if (driver !== undefined && driver !== own)
    return { kind: 'no-driver', said: `${driver} is bound to it, which is not its vendor's driver` };
  const said = `${tool} does not list ${device.address}, which is on the PCI bus`;
  if (gpus.length === 0 && words.size > 0) return { kind: 'no-driver', said: [...words.values()].join('; ') };
  // A driver takes no card that is too old for it, and binds to none that does not start.
  const isLikeOthers = devices.some(
    (each) => each.device === device.device && gpuAt(each, answer) !== undefined,
  );
  const isFound = gpus.length > 0 && (driver === own || isLikeOthers);
  if (isFound && isInside)
    return { kind: 'no-driver', said: `${said}: perhaps this container was not given it` };
  return { kind: isFound ? 'unlisted' : 'no-driver', said };
}

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
