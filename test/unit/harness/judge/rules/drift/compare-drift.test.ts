import { describe, expect, it } from 'vitest';
import type { DriftFinding } from '../../../../../../harness/judge/rules/drift/compare-drift.ts';
import { compareDrift, modeOf } from '../../../../../../harness/judge/rules/drift/compare-drift.ts';
import type { Said } from '../../../../../../reports/verdict/said.ts';
import { say } from '../../../../../../reports/verdict/words/say.ts';
import { known, unknown } from '../../../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../../../workloads/kit/facts/host-facts.ts';
import type { FactChanges } from '../../../../../support/constructed/facts.ts';
import { h100, mergeFacts, nic, nvmeDrive } from '../../../../../support/constructed/facts.ts';

const golden = mergeFacts();
/** A finding with its settings as a verdict says them. */
function show({ path, golden: expected, found, verdict }: DriftFinding) {
  const isDrift = verdict === 'fail';
  const said: Said = { say: 'settings', golden: 'GOLDEN', of: [{ path, expected, found, isDrift }] };
  const [model, here] = say(said).slice(`${path}: `.length, -' here'.length).split(' on GOLDEN, ');
  return { path, golden: model, found: here, verdict };
}
const compare = (...both: Parameters<typeof compareDrift>) => compareDrift(...both).map(show);
const drifted = (facts: HostFacts, from: Parameters<typeof compareDrift>[0] = golden) =>
  compare(from, facts)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ path, golden: model, found, verdict }) => `${verdict} ${path}: ${model} | ${found}`);
const withOs = (changes: Partial<HostFacts['os']>): HostFacts => ({
  ...golden,
  os: { ...golden.os, ...changes },
});
const withCpu = (changes: Partial<HostFacts['cpu']>): HostFacts => ({
  ...golden,
  cpu: { ...golden.cpu, ...changes },
});
const withLimits = (changes: Partial<HostFacts['limits']>): HostFacts => ({
  ...golden,
  limits: { ...golden.limits, ...changes },
});
const gpus = (...changes: readonly Parameters<typeof h100>[1][]): HostFacts =>
  mergeFacts({ accelerators: known(changes.map((each, index) => h100(index, each))) });
const kernel = (release: string) => withOs({ kernel: known(release) });
const times = (count: number, facts: HostFacts): HostFacts[] => Array.from({ length: count }, () => facts);

describe('compareDrift', () => {
  it('passes every setting of a machine beside itself', () => {
    expect(compare(golden, golden)).toEqual([
      { path: 'os.name', golden: 'Debian GNU/Linux 12', found: 'Debian GNU/Linux 12', verdict: 'pass' },
      { path: 'os.kernel', golden: '6.1.0', found: '6.1.0', verdict: 'pass' },
      { path: 'os.architecture', golden: 'x86_64', found: 'x86_64', verdict: 'pass' },
      { path: 'os.libc', golden: 'glibc 2.36', found: 'glibc 2.36', verdict: 'pass' },
      { path: 'cpu.model', golden: 'AMD EPYC', found: 'AMD EPYC', verdict: 'pass' },
      { path: 'cpu.sockets', golden: '2', found: '2', verdict: 'pass' },
      { path: 'cpu.physicalCores', golden: '96', found: '96', verdict: 'pass' },
      { path: 'cpu.logicalCpus', golden: '192', found: '192', verdict: 'pass' },
      { path: 'cpu.numaNodes', golden: '2', found: '2', verdict: 'pass' },
      { path: 'memory.totalBytes', golden: '2.000 TB', found: '2.000 TB', verdict: 'pass' },
      ...[
        ['settings.kernelArguments', 'ro quiet'],
        ['settings.governor', 'performance'],
        ['settings.numaBalancing', 'off'],
        ['settings.transparentHugePages', 'madvise'],
        ['settings.iommu', 'passthrough'],
        ['settings.ncclConfiguration', 'none'],
      ].map(([path, same]) => ({ path, golden: same, found: same, verdict: 'pass' })),
      { path: 'accelerators', golden: 'none', found: 'none', verdict: 'pass' },
      {
        path: 'drives',
        golden: '1 × SAMSUNG MZQL23T8HCLS-00A07, 3.840755982336 TB',
        found: '1 × SAMSUNG MZQL23T8HCLS-00A07, 3.840755982336 TB',
        verdict: 'pass',
      },
      {
        path: 'nics',
        golden: '1 × mlx5_core, 400 Gbit/s, MTU 1500',
        found: '1 × mlx5_core, 400 Gbit/s, MTU 1500',
        verdict: 'pass',
      },
      {
        path: 'drives.firmware',
        golden: '1 × SAMSUNG MZQL23T8HCLS-00A07, GDC5602Q',
        found: '1 × SAMSUNG MZQL23T8HCLS-00A07, GDC5602Q',
        verdict: 'pass',
      },
    ]);
  });
  it.each([
    [kernel('6.1.1'), 'fail os.kernel: 6.1.0 | 6.1.1'],
    [withOs({ libc: unknown('no getconf') }), 'missing os.libc: glibc 2.36 | not known: no getconf'],
    [withCpu({ logicalCpus: known(96) }), 'fail cpu.logicalCpus: 192 | 96'],
    [withLimits({ unrestricted: known(false) }), 'fail limits.unrestricted: yes | no'],
    [withLimits({ memlockBytes: known(65536) }), 'fail limits.memlockBytes: 18.45 EB | 65.54 kB'],
    [
      withLimits({ cpuQuotaCores: known(4) }),
      'missing limits.cpuQuotaCores: not known: no cgroup of this process has a CPU quota | 4',
    ],
    [
      withLimits({ unrestricted: unknown('cgroup: denied') }),
      'missing limits.unrestricted: yes | not known: cgroup: denied',
    ],
    [
      mergeFacts({ nics: known([nic({ mtu: known(9000) })]) }),
      'fail nics: 1 × mlx5_core, 400 Gbit/s, MTU 1500 | 1 × mlx5_core, 400 Gbit/s, MTU 9000',
    ],
    [
      mergeFacts({ drives: known([nvmeDrive(), nvmeDrive({ model: known('Virtual HDisk0') })]) }),
      'fail drives: 1 × SAMSUNG MZQL23T8HCLS-00A07, 3.840755982336 TB | 1 × SAMSUNG MZQL23T8HCLS-00A07, 3.840755982336 TB; 1 × Virtual HDisk0, 3.840755982336 TB',
    ],
    [
      mergeFacts({ drives: unknown('sysfs block: no answer in time') }),
      'missing drives: 1 × SAMSUNG MZQL23T8HCLS-00A07, 3.840755982336 TB | not known: sysfs block: no answer in time',
    ],
  ])('names what differs or is not known (%#)', (facts, finding) => {
    expect(drifted(facts)).toEqual([finding]);
  });
  it.each([
    [
      mergeFacts({ settings: { kernelArguments: known('ro quiet iommu=pt') } }),
      'fail settings.kernelArguments: ro quiet | ro quiet iommu=pt',
    ],
    [
      mergeFacts({ settings: { ncclConfiguration: known('NCCL_IB_HCA=mlx5') } }),
      'fail settings.ncclConfiguration: none | NCCL_IB_HCA=mlx5',
    ],
    [mergeFacts({ settings: { numaBalancing: known('on') } }), 'fail settings.numaBalancing: off | on'],
    [
      mergeFacts({ settings: { governor: unknown('host settings: not probed') } }),
      'missing settings.governor: performance | not known: host settings: not probed',
    ],
    [
      mergeFacts({ settings: { acs: known([{ address: '0000:0b:00.0', accessControl: 'ReqRedir' }]) } }),
      'missing settings.acs: not known: needs root: ACS | 1 × 0000:0b:00.0, ReqRedir',
    ],
    [
      mergeFacts({ drives: known([nvmeDrive({ firmware: known('GDC5502Q') })]) }),
      'fail drives.firmware: 1 × SAMSUNG MZQL23T8HCLS-00A07, GDC5602Q | 1 × SAMSUNG MZQL23T8HCLS-00A07, GDC5502Q',
    ],
    [
      mergeFacts({ nics: known([nic({ firmware: known('28.39.1002') })]) }),
      'missing nics.firmware: 1 × mlx5_core, ? (?: no ethtool) | 1 × mlx5_core, 28.39.1002',
    ],
  ])('names what somebody has set, and firmware (%#)', (facts, finding) => {
    expect(drifted(facts)).toEqual([finding]);
  });
  it.each([
    [
      { isPartitioned: known(true) },
      'isPartitioned: 2 × H100-SXM5-80GB, whole | 1 × H100-SXM5-80GB, divided; 1 × H100-SXM5-80GB, whole',
    ],
    [
      { persistenceEnabled: known(false) },
      'persistenceEnabled: 2 × H100-SXM5-80GB, persistent | 1 × H100-SXM5-80GB, not persistent; 1 × H100-SXM5-80GB, persistent',
    ],
    [
      { firmware: known('96.00.74.00.01') },
      'firmware: 2 × H100-SXM5-80GB, 96.00.89.00.01 | 1 × H100-SXM5-80GB, 96.00.74.00.01; 1 × H100-SXM5-80GB, 96.00.89.00.01',
    ],
    [
      { driverVersion: known('535.1') },
      'driverVersion: 2 × H100-SXM5-80GB, 550.90.07 | 1 × H100-SXM5-80GB, 535.1; 1 × H100-SXM5-80GB, 550.90.07',
    ],
    [
      { fabric: known('In Progress') },
      'fabric: 2 × H100-SXM5-80GB, Completed, Success | 1 × H100-SXM5-80GB, Completed, Success; 1 × H100-SXM5-80GB, In Progress',
    ],
    [
      { confidentialComputing: known(true) },
      'confidentialComputing: 2 × H100-SXM5-80GB, confidential computing off | 1 × H100-SXM5-80GB, confidential computing off; 1 × H100-SXM5-80GB, confidential computing on',
    ],
  ])('names the one accelerator of several that is in another mode (%#)', (changes, finding) => {
    expect(drifted(gpus({}, changes), gpus({}, {}))).toEqual([`fail accelerators.${finding}`]);
  });
  it('says once that accelerators are lacking, not of each of their modes', () => {
    expect(drifted(gpus({}), gpus({}, {}))).toHaveLength(1);
  });
  it('one mode that no driver tells hides no other', () => {
    const old = { confidentialComputing: unknown('not reported'), fabric: unknown('not reported') };
    expect(drifted(gpus(old), gpus(old))).toEqual([]);
    expect(drifted(gpus({ ...old, isPartitioned: known(true) }), gpus(old))).toHaveLength(1);
    expect(drifted(gpus({}), gpus(old))).toHaveLength(2);
  });
  it('evidence of a version before that looked at fewer things is compared in what it has', () => {
    const none = unknown('host settings: not probed');
    const before = mergeFacts({
      settings: {
        kernelArguments: none,
        governor: none,
        numaBalancing: none,
        transparentHugePages: none,
        iommu: none,
        gpuDirect: none,
        ncclConfiguration: none,
      },
    });
    expect(drifted(before, before)).toEqual([]);
    expect(drifted(golden, before)).not.toEqual([]);
  });
  it('names a limit that neither side knows, unless it is one that both do not have', () => {
    const blind = withLimits({ unrestricted: unknown('cgroup: denied') });
    expect(drifted(blind, blind)).toEqual([
      'missing limits.unrestricted: not known: cgroup: denied | not known: cgroup: denied',
    ]);
    expect(drifted(golden, withLimits({ cpuQuotaCores: unknown('cgroup: denied') }))).toEqual([
      'missing limits.cpuQuotaCores: not known: cgroup: denied | not known: no cgroup of this process has a CPU quota',
    ]);
  });
  it('shows as many digits as tell two numbers apart, where they differ', () => {
    const limit = (bytes: number) => withLimits({ memlockBytes: known(bytes) });
    expect(drifted(limit(65_537), limit(65_536))).toEqual(['fail limits.memlockBytes: 65.536 kB | 65.54 kB']);
    const memory = compare(golden, mergeFacts({ memoryBytes: 2_000_000_000_001 }));
    expect(memory.find(({ path }) => path === 'memory.totalBytes')).toEqual({
      path: 'memory.totalBytes',
      golden: '2.000 TB',
      found: '2.000 TB',
      verdict: 'pass',
    });
  });
  it.each([
    [2_020_000_000_000, []],
    [1_980_000_000_001, []],
    [2_021_000_000_000, ['fail memory.totalBytes: 2.000 TB | 2.021 TB']],
    [1_979_000_000_000, ['fail memory.totalBytes: 2.000 TB | 1.979 TB']],
  ])('takes 1 % more or less memory for the same (%i)', (memoryBytes, findings) => {
    expect(drifted(mergeFacts({ memoryBytes }))).toEqual(findings);
  });

  it('compares accelerators as a set: their order, addresses and serials mean nothing', () => {
    const eight = gpus({}, {}, { powerLimitWatts: known(500) });
    expect(drifted(gpus({ powerLimitWatts: known(500) }, { serial: known('1') }, {}), eight)).toEqual([]);
  });
  it('tells a lost accelerator, another driver, ECC and power limit apart', () => {
    const [two] = [gpus({}, {})];
    expect(drifted(gpus({}), two)).toEqual([
      'fail accelerators: 2 × H100-SXM5-80GB, nvidia, ECC on, 700 W | 1 × H100-SXM5-80GB, nvidia, ECC on, 700 W',
    ]);
    expect(drifted(gpus({ eccEnabled: known(false) }, { powerLimitWatts: known(500) }), two)).toEqual([
      'fail accelerators: 2 × H100-SXM5-80GB, nvidia, ECC on, 700 W | 1 × H100-SXM5-80GB, nvidia, ECC off, 700 W; 1 × H100-SXM5-80GB, nvidia, ECC on, 500 W',
    ]);
    expect(drifted(gpus({}, { driver: known('vfio-pci') }), two)[0]).toMatch(/^fail accelerators: /);
  });
  it('is missing when an accelerator does not tell, and fails all the same when another one surely differs', () => {
    const two = gpus({}, {});
    const silent = { eccEnabled: unknown('not listed'), powerLimitWatts: unknown('not listed') };
    expect(drifted(gpus({}, silent), two)).toEqual([
      'missing accelerators: 2 × H100-SXM5-80GB, nvidia, ECC on, 700 W | 1 × H100-SXM5-80GB, nvidia, ?, ?; 1 × H100-SXM5-80GB, nvidia, ECC on, 700 W (?: not listed)',
    ]);
    expect(drifted(gpus({ eccEnabled: known(false) }, silent), two)[0]).toMatch(/^fail accelerators: /);
    expect(drifted(gpus(silent, { ...silent, model: known('H100-PCIe-80GB') }), two)[0]).toMatch(
      /^fail accelerators: /,
    );
    expect(drifted(gpus({}, {}, silent), two)[0]).toMatch(/^fail accelerators: /);
  });
  it('knows a dark port from one whose speed is not known', () => {
    const port = (changes: Parameters<typeof nic>[0]) =>
      mergeFacts({ nics: known([nic({ speedBitsPerSecond: unknown('no speed'), ...changes })]) });
    expect(drifted(port({ isUp: known(false) }), port({ isUp: known(false) }))).toEqual([]);
    expect(drifted(port({ isUp: known(false) }))).toEqual([
      'fail nics: 1 × mlx5_core, 400 Gbit/s, MTU 1500 | 1 × mlx5_core, link down, MTU 1500',
    ]);
    expect(drifted(port({}))).toEqual([
      'missing nics: 1 × mlx5_core, 400 Gbit/s, MTU 1500 | 1 × mlx5_core, ?, MTU 1500 (?: no speed)',
    ]);
  });
});

describe('modeOf', () => {
  it('stands in with the most frequent value of each path', () => {
    const mode = modeOf([
      ...times(5, golden),
      ...times(3, kernel('6.1.1')),
      ...times(1, withCpu({ sockets: known(1) })),
    ]);
    expect(drifted(golden, mode)).toEqual([]);
    expect(drifted(kernel('6.1.1'), mode)).toEqual(['fail os.kernel: 6.1.0 | 6.1.1']);
    expect(drifted(withCpu({ sockets: known(1) }), mode)).toEqual(['fail cpu.sockets: 2 | 1']);
  });
  it('takes the same devices in another order for the same', () => {
    const slow = { powerLimitWatts: known(500) };
    const mode = modeOf([
      ...times(4, gpus({}, slow)),
      ...times(4, gpus(slow, {})),
      ...times(3, gpus({}, {})),
    ]);
    expect(drifted(gpus({}, slow), mode)).toEqual([]);
  });
  it('does not decide a tie', () => {
    expect(drifted(golden, modeOf([...times(4, golden), ...times(4, kernel('6.1.1'))]))).toEqual([
      'missing os.kernel: not known: 2 values are equally frequent, each on 4 of 8 nodes | 6.1.0',
    ]);
  });
  it('asks for 8 nodes that know their value', () => {
    const blind = withOs({ kernel: unknown('denied') });
    expect(drifted(golden, modeOf([...times(7, golden), blind]))).toEqual([
      'missing os.kernel: not known: known of 7 of 8 nodes, and 8 are needed | 6.1.0',
    ]);
    expect(drifted(golden, modeOf([...times(8, golden), blind]))).toEqual([]);
    expect(compare(modeOf(times(7, golden)), golden).map(({ verdict }) => verdict)).not.toContain('pass');
    expect(compare(modeOf([]), golden).map(({ verdict }) => verdict)).not.toContain('pass');
  });
  it('has no limit that no node has', () => {
    const quota = withLimits({ cpuQuotaCores: known(4) });
    expect(drifted(golden, modeOf(times(8, golden)))).toEqual([]);
    expect(drifted(quota, modeOf(times(8, golden)))).toEqual([
      'missing limits.cpuQuotaCores: not known: no cgroup of this process has a CPU quota | 4',
    ]);
  });
  it('takes memory within the tolerance for one value, the middle one', () => {
    const sizes = [1_990, 1_991, 1_992, 1_993, 1_994, 1_500, 1_500, 1_500];
    const mode = modeOf(sizes.map((gigabytes) => mergeFacts({ memoryBytes: gigabytes * 1e9 })));
    const memory = (changes: FactChanges) =>
      compare(mode, mergeFacts(changes)).find(({ path }) => path === 'memory.totalBytes');
    expect(memory({ memoryBytes: 1_994e9 })).toMatchObject({ golden: '1.992 TB', verdict: 'pass' });
    expect(memory({ memoryBytes: 1_500e9 })).toMatchObject({ golden: '1.992 TB', verdict: 'fail' });
  });
});
