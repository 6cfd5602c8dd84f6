import type { SaidSetting } from '../../../../reports/verdict/said-of-deliveries.ts';
import { formatExact } from '../../../../reports/verdict/words/format-quantity.ts';
import { compareText } from '../../../../workloads/kit/compare-text.ts';
import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { unitOfFact } from '../../../../workloads/kit/facts/fact-path.ts';
import type { Accelerator, Drive, Nic } from '../../../../workloads/kit/facts/host-facts.ts';
import { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { mapFact } from '../../../../workloads/kit/facts/read-number.ts';
import { lookUpFact } from '../look-up-fact.ts';

/** One thing, or one for each device, described by facts: the order of devices means nothing. */
export type Setting = SaidSetting;

/** What machines that are set up alike have in common, by path. */
export interface Configuration {
  readonly settings: ReadonlyMap<string, Setting>;
}

const paths = [
  'os.name',
  'os.kernel',
  'os.architecture',
  'os.libc',
  'cpu.model',
  'cpu.sockets',
  'cpu.physicalCores',
  'cpu.logicalCpus',
  'cpu.numaNodes',
  'memory.totalBytes',
] as const;

/** What not every machine has, or tells everybody. */
const closedPaths = [
  'identity.firmware',
  'identity.controllerFirmware',
  'settings.kernelArguments',
  'settings.governor',
  'settings.numaBalancing',
  'settings.transparentHugePages',
  'settings.iommu',
  'settings.gpuDirect',
  'settings.ncclConfiguration',
] as const;

/** What the agent's user may and what it is given. */
const limitPaths = [
  'limits.allowedCpus',
  'limits.cpuQuotaCores',
  'limits.unrestricted',
  'limits.memoryMaxBytes',
  'limits.memlockBytes',
  'limits.kernelLogReadable',
  'limits.passwordlessSudo',
  'limits.isRoot',
] as const;

/** Modes and versions of devices, each compared by itself: one that a driver does not tell hides no other. */
const deviceSettings: Readonly<Record<string, (facts: HostFacts) => Setting>> = {
  'settings.acs': ({ settings }) =>
    mapFact(settings.acs, (all) =>
      known(all.map((each) => [known(each.address), known(each.accessControl)])),
    ),
  ...ofAccelerators({
    driverVersion: ({ driverVersion }) => driverVersion,
    firmware: ({ firmware }) => firmware,
    isPartitioned: ({ isPartitioned }) => inWords(isPartitioned, 'divided', 'whole'),
    persistenceEnabled: ({ persistenceEnabled }) =>
      inWords(persistenceEnabled, 'persistent', 'not persistent'),
    clocksLowered: ({ clocksLowered }) => inWords(clocksLowered, 'clocks lowered', 'clocks at their default'),
    confidentialComputing: ({ confidentialComputing }) =>
      inWords(confidentialComputing, 'confidential computing on', 'confidential computing off'),
    fabric: ({ fabric }) => fabric,
  }),
  'drives.firmware': ({ drives }) =>
    mapFact(drives, (all) => known(inOrder(all.map(({ model, firmware }) => [model, firmware])))),
  'nics.firmware': ({ nics }) =>
    mapFact(nics, (all) => known(inOrder(all.map(({ driver, firmware }) => [driver, firmware])))),
};

function ofAccelerators(
  modes: Readonly<Record<string, (accelerator: Accelerator) => Fact<string>>>,
): Readonly<Record<string, (facts: HostFacts) => Setting>> {
  return Object.fromEntries(
    Object.entries(modes).map(([name, read]) => [
      `accelerators.${name}`,
      ({ accelerators }: HostFacts): Setting =>
        mapFact(accelerators, (all) => known(inOrder(all.map((each) => [each.model, read(each)])))),
    ]),
  );
}

function inWords(flag: Fact<boolean>, yes: string, no: string): Fact<string> {
  return mapFact(flag, (isOn) => known(isOn ? yes : no));
}

const closed: ReadonlySet<string> = new Set([...closedPaths, ...Object.keys(deviceSettings)]);
export const mayBeClosed = (path: string): boolean => closed.has(path);

/** The list of devices of which a path says one thing: it tells their number already. */
export const listOf = (path: string): string | undefined => /^(accelerators|drives|nics)\./.exec(path)?.[1];

const limits: ReadonlySet<string> = new Set(limitPaths);
const units = new Map(
  [...paths, ...closedPaths, ...limitPaths].map((path) => [path, unitOfFact(HostFacts, path)] as const),
);
export const isLimit = (path: string): boolean => limits.has(path);

/** The facts of a node that somebody has set, and nothing that changes by itself (free memory, load). */
export function readConfiguration(facts: HostFacts): Configuration {
  return {
    settings: new Map<string, Setting>([
      ...[...paths, ...closedPaths, ...limitPaths].map((path) => [path, settingAt(facts, path)] as const),
      ['accelerators', mapFact(facts.accelerators, (all) => known(inOrder(all.map(describeAccelerator))))],
      ['drives', mapFact(facts.drives, (all) => known(inOrder(all.map(describeDrive))))],
      ['nics', mapFact(facts.nics, (all) => known(inOrder(all.map(describeNic))))],
      ...Object.entries(deviceSettings).map(([path, read]) => [path, read(facts)] as const),
    ]),
  };
}

/** The same devices in whatever order they were found. */
function inOrder(devices: readonly Fact<string>[][]): Fact<string>[][] {
  return devices.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
}

function settingAt(
  facts: HostFacts,
  path: (typeof paths | typeof closedPaths | typeof limitPaths)[number],
): Setting {
  const unit = units.get(path);
  const found = lookUpFact(facts, path);
  return known([[unit === undefined || 'unknown' in found ? found : { ...found, unit }]]);
}

const describeAccelerator = ({ model, driver, eccEnabled, powerLimitWatts }: Accelerator): Fact<string>[] => [
  model,
  driver,
  mapFact(eccEnabled, (isOn) => known(isOn ? 'ECC on' : 'ECC off')),
  mapFact(powerLimitWatts, (watts) => known(formatExact(watts, 'W'))),
];

const describeDrive = ({ model, sizeBytes }: Drive): Fact<string>[] => [
  model,
  mapFact(sizeBytes, (bytes) => known(formatExact(bytes, 'B'))),
];

/** A link that is down has no speed, and that it is down is known. */
const describeNic = ({ driver, speedBitsPerSecond, mtu, isUp }: Nic): Fact<string>[] => [
  driver,
  'value' in isUp && !isUp.value
    ? known('link down')
    : mapFact(speedBitsPerSecond, (speed) => known(formatExact(speed, 'bit/s'))),
  mapFact(mtu, (bytes) => known(`MTU ${bytes}`)),
];
