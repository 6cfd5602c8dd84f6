import type { Cell } from '../../reports/verdict/cell.ts';
import type { Fact } from '../../workloads/kit/facts/fact.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { Accelerator, HostFacts } from '../../workloads/kit/facts/host-facts.ts';

/** A known thing of a machine, by where or what it is: `undefined` where it is not known. */
type Things = ReadonlyMap<string, string | number | boolean | undefined>;

/** Which cells say nothing any more behind an event. Cells that say `device` are those of the thing itself. */
interface Voids {
  /** All cells of the thing that changed. */
  readonly device?: boolean;
  /** All cells of the node in these dimensions; `measured`: all that rest on measurements, in any. */
  readonly node: readonly string[] | 'all' | 'measured';
  /** All cells on what nodes did together, this one among them. */
  readonly across: boolean;
}

export interface VoidingEvent {
  readonly id: string;
  readonly title: string;
  readonly read: (facts: HostFacts) => Things;
  /** Whether it is an event that a thing has gone or come, too. */
  readonly isListed?: true;
  readonly voids: Voids;
}

const one = (name: string, it: Fact<string | number | boolean>): Things => new Map([[name, valueOf(it)]]);
const all = (...things: readonly Things[]): Things => new Map(things.flatMap((each) => [...each]));

/** Stands for what a list may have that nobody could read. */
const unlisted = '(not listed)';

function each<T>(list: Fact<readonly T[]>, tell: (item: T) => Things): Things {
  return 'unknown' in list ? new Map([[unlisted, undefined]]) : all(...list.value.map(tell));
}

/** One entry for each accelerator, by its address. */
const eachAccelerator =
  (what: string, read: (it: Accelerator) => Fact<string | number | boolean>) =>
  ({ accelerators }: HostFacts): Things =>
    each(accelerators, (it) => one(`${what} of ${it.address}`, read(it)));

/**
 * What ends that a report speaks for a machine, and for which of its cells. A module that was swapped has not been soaked, its tray
 * was open, its links touch all of its siblings, and its network card shares its switch: so more is void than the cells of
 * the device. What is not known on both sides is no event.
 */
export const voidingEvents: readonly VoidingEvent[] = [
  {
    id: 'board',
    title: 'another machine, or another board in it',
    read: ({ identity, cpu }) =>
      all(
        one('board UUID', identity.dmiUuid),
        one('serial number', identity.serial),
        one('processor', cpu.model),
      ),
    voids: { node: 'all', across: true },
  },
  {
    id: 'accelerator',
    title: 'an accelerator swapped, gone or added',
    read: ({ accelerators }) =>
      each(accelerators, ({ address, uuid, serial }) => one(address, 'value' in uuid ? uuid : serial)),
    isListed: true,
    voids: { device: true, node: ['D4', 'D5', 'D7', 'D8', 'D9'], across: true },
  },
  {
    id: 'network-card',
    title: 'a network card swapped, gone or added',
    read: ({ networkCards, nics }) =>
      all(
        each(networkCards, ({ address, serial }) => one(address, serial)),
        each(nics, ({ identity, permanentAddress }) => one(identity, permanentAddress)),
      ),
    isListed: true,
    voids: { device: true, node: ['D5', 'D9'], across: true },
  },
  {
    id: 'drive',
    title: 'a drive swapped, gone or added',
    read: ({ drives }) => each(drives, ({ identity, model }) => one(identity, model)),
    isListed: true,
    voids: { device: true, node: ['D6', 'D9'], across: false },
  },
  {
    id: 'memory',
    title: 'a module of memory swapped, gone or added',
    read: ({ memory }) => each(memory.modules, ({ name, serial }) => one(name, serial)),
    isListed: true,
    voids: { node: ['D4', 'D9', 'D10'], across: false },
  },
  {
    id: 'cable',
    title: 'recabled, or a transceiver moved or swapped',
    read: ({ transceivers }) => each(transceivers, ({ name, serial }) => one(name, serial)),
    isListed: true,
    voids: { node: ['D5', 'D9'], across: true },
  },
  {
    id: 'driver',
    title: 'another driver or kernel',
    read: (facts) =>
      all(eachAccelerator('driver', (it) => it.driverVersion)(facts), one('kernel', facts.os.kernel)),
    voids: { node: 'measured', across: true },
  },
  {
    id: 'firmware',
    title: 'other firmware',
    read: (facts) =>
      all(
        eachAccelerator('firmware', (it) => it.firmware)(facts),
        each(facts.nics, ({ identity, firmware }) => one(`firmware of ${identity}`, firmware)),
        each(facts.drives, ({ identity, firmware }) => one(`firmware of ${identity}`, firmware)),
        one('firmware', facts.identity.firmware),
        one('firmware of the controller', facts.identity.controllerFirmware),
      ),
    voids: { node: 'measured', across: true },
  },
  {
    id: 'software',
    title: 'another version of a library or tool that was measured with',
    read: ({ libraries, toolpack, os }) =>
      all(
        new Map(Object.entries(libraries)),
        each(
          'value' in toolpack ? { value: toolpack.value.files } : toolpack,
          ({ path, sha256 }) => new Map([[path, sha256]]),
        ),
        one('C library', os.libc),
      ),
    // Which libraries are looked for depends on the suite.
    voids: { node: 'measured', across: true },
  },
  {
    id: 'state',
    title: 'another state of an accelerator: power limit, ECC, partitions, clocks, link',
    read: (facts) =>
      all(
        eachAccelerator('power limit', (it) => it.powerLimitWatts)(facts),
        eachAccelerator('ECC', (it) => it.eccEnabled)(facts),
        eachAccelerator('partitions', (it) => it.isPartitioned)(facts),
        eachAccelerator('lowered clocks', (it) => it.clocksLowered)(facts),
        eachAccelerator('lanes', (it) => it.link.width)(facts),
      ),
    voids: { node: 'measured', across: true },
  },
  {
    id: 'settings',
    title: 'set up in another way',
    read: ({ settings }) =>
      all(
        one('kernel arguments', settings.kernelArguments),
        one('governor', settings.governor),
        one('IOMMU', settings.iommu),
        one('NUMA balancing', settings.numaBalancing),
        one('huge pages', settings.transparentHugePages),
        one('GPUDirect', settings.gpuDirect),
        one('nccl.conf', settings.ncclConfiguration),
      ),
    voids: { node: 'measured', across: true },
  },
];

/** Something that happened to a machine since it was tested. */
export interface Happened {
  readonly event: VoidingEvent;
  readonly node: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** What is different in a machine between two looks at it. What is not known on one side cannot be compared. */
export function findEvents(node: string, before: HostFacts, after: HostFacts): readonly Happened[] {
  return voidingEvents.flatMap((event) => {
    const [had, has] = [event.read(before), event.read(after)];
    const canMiss = event.isListed === true && !had.has(unlisted) && !has.has(unlisted);
    const whats = [...new Set([...had.keys(), ...has.keys()])].filter((what) => {
      if (!had.has(what) || !has.has(what)) return canMiss;
      const [was, is] = [had.get(what), has.get(what)];
      return was !== undefined && is !== undefined && was !== is;
    });
    const say = (things: Things, what: string): string =>
      things.has(what) ? String(things.get(what) ?? 'unknown') : 'not there';
    return whats.map((what) => ({ event, node, what, before: say(had, what), after: say(has, what) }));
  });
}

/** Whether a cell says nothing any more behind what happened. `isAmong`: whether a node took part in what a cell is about. */
export function isVoid(
  cell: Cell,
  { event, node, what, before }: Happened,
  isAmong: (cell: Cell, node: string) => boolean,
): boolean {
  const { voids } = event;
  const { subject } = cell;
  if (!('node' in subject)) return voids.across && isAmong(cell, node);
  if (subject.node !== node) return false;
  if (voids.node === 'all') return true;
  if (voids.node === 'measured') return cell.observed?.kind === 'samples';
  const isOfDevice =
    voids.device === true && subject.kind === 'device' && [what, before].includes(subject.device);
  return isOfDevice || voids.node.includes(cell.dimension);
}
