import { formatExact } from '../../../../reports/verdict/words/format-quantity.ts';
import type { Fact } from '../../../../workloads/kit/facts/fact.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import type { Accelerator, Drive, HostFacts, Nic } from '../../../../workloads/kit/facts/host-facts.ts';
import { mapFact } from '../../../../workloads/kit/facts/read-number.ts';
import type { FactValue } from '../look-up-fact.ts';
import { lookUpFact } from '../look-up-fact.ts';

/** One thing, or one for each device, described by facts: the order of devices means nothing. */
export type Setting = Fact<readonly (readonly Fact<FactValue>[])[]>;

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
  'limits.allowedCpus',
  'limits.cpuQuotaCores',
  'limits.unrestricted',
  'limits.memoryMaxBytes',
  'limits.memlockBytes',
  'limits.kernelLogReadable',
  'limits.passwordlessSudo',
  'limits.isRoot',
] as const;

/** The facts of a node that somebody has set, and nothing that changes by itself (free memory, load). */
export function readConfiguration(facts: HostFacts): Configuration {
  return {
    settings: new Map<string, Setting>([
      ...paths.map((path) => [path, known([[lookUpFact(facts, path)]])] as const),
      ['accelerators', mapFact(facts.accelerators, (all) => known(all.map(describeAccelerator)))],
      ['drives', mapFact(facts.drives, (all) => known(all.map(describeDrive)))],
      ['nics', mapFact(facts.nics, (all) => known(all.map(describeNic)))],
    ]),
  };
}

const describeAccelerator = ({
  model,
  driver,
  eccEnabled,
  powerLimitWatts,
}: Accelerator): readonly Fact<string>[] => [
  model,
  driver,
  mapFact(eccEnabled, (isOn) => known(isOn ? 'ECC on' : 'ECC off')),
  mapFact(powerLimitWatts, (watts) => known(formatExact(watts, 'W'))),
];

const describeDrive = ({ model, sizeBytes }: Drive): readonly Fact<string>[] => [
  model,
  mapFact(sizeBytes, (bytes) => known(formatExact(bytes, 'B'))),
];

/** A link that is down has no speed, and that it is down is known. */
const describeNic = ({ driver, speedBitsPerSecond, mtu, isUp }: Nic): readonly Fact<string>[] => [
  driver,
  'value' in isUp && !isUp.value
    ? known('link down')
    : mapFact(speedBitsPerSecond, (speed) => known(formatExact(speed, 'bit/s'))),
  mapFact(mtu, (bytes) => known(`MTU ${bytes}`)),
];
