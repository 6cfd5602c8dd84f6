import { describe, expect, test } from 'vitest';
import { findOccupied } from '../../../../../harness/plan/check-nodes.ts';
import type { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed, h100, nvidiaSmi, pciTree, virtualMachine } from './documents.ts';

const limits = (changes: Parameters<typeof constructed>[0]): HostFacts['limits'] =>
  readHostFacts(constructed(changes)).limits;
const v2 = '/sys/fs/cgroup/user.slice';

describe('limits', () => {
  test('the recorded machine takes nothing away', () => {
    expect(readHostFacts(virtualMachine).limits).toEqual({
      allowedCpus: { value: 2 },
      cpuQuotaCores: { unknown: 'no cgroup of this process has a CPU quota' },
      unrestricted: { value: true },
      memoryMaxBytes: { unknown: 'no cgroup of this process has a memory limit' },
      memlockBytes: { value: 8_388_608 },
      sharedMemoryFreeBytes: { value: 25_276_502_016 },
      kernelLogReadable: { value: true },
      passwordlessSudo: { value: false },
      sudoCommands: { unknown: 'sudo -n -l: not probed' },
      isRoot: { value: true },
    });
  });

  test.each([
    '/proc/self/cgroup',
    '/proc/self/mountinfo',
  ])('that cannot be seen are none that were seen: %s', (id) => {
    const found = limits({ [id]: { status: 'denied', text: '' }, cgroup: {} });
    expect(found.unrestricted).toMatchObject({
      unknown: expect.stringContaining('cannot be seen') as unknown,
    });
  });

  test('the tightest quota of all cgroups above us counts', () => {
    const found = limits({
      cgroup: { [`${v2}/cpu.max`]: '150000 100000', [`${v2}/session/cpu.max`]: 'max 100000' },
    });
    expect(found.cpuQuotaCores).toEqual({ value: 1.5 });
    expect(found.unrestricted).toEqual({ value: false });
  });

  test('a quota of all cores takes nothing away', () => {
    expect(limits({ cgroup: { [`${v2}/cpu.max`]: '200000 100000' } }).unrestricted).toEqual({ value: true });
  });

  test('version 1 quotas are read with their period', () => {
    const cpu = '/sys/fs/cgroup/cpu/x/cpu.cfs';
    const found = limits({ cgroup: { [`${cpu}_quota_us`]: '50000', [`${cpu}_period_us`]: '100000' } });
    expect(found.cpuQuotaCores).toEqual({ value: 0.5 });
  });

  test('a memory limit below 90 % of the machine restricts, one above does not', () => {
    const at = (bytes: string): unknown => limits({ cgroup: { [`${v2}/memory.max`]: bytes } }).unrestricted;
    expect(at('22000000000')).toEqual({ value: false });
    expect(at('24000000000')).toEqual({ value: true });
    expect(limits({ cgroup: { [`${v2}/memory.max`]: '22000000000' } }).memoryMaxBytes).toEqual({
      value: 22_000_000_000,
    });
  });

  test('an affinity below the online CPUs restricts; CPUs that are offline do not count', () => {
    const status = (list: string): string =>
      `Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCpus_allowed_list:\t${list}\n`;
    expect(limits({ '/proc/self/status': status('0') })).toMatchObject({
      allowedCpus: { value: 1 },
      unrestricted: { value: false },
    });
    expect(limits({ '/proc/self/status': status('0-255') })).toMatchObject({
      allowedCpus: { value: 2 },
      unrestricted: { value: true },
      isRoot: { value: false },
    });
  });

  test('an unreadable cgroup leaves the question open', () => {
    expect(limits({ cgroup: { status: 'denied', text: '' } }).unrestricted).toEqual({
      unknown: 'cgroup: permission denied',
    });
    expect(limits({ cgroup: { [`${v2}/cpu.max`]: 'nonsense' } }).unrestricted).toEqual({
      unknown: 'cgroup: `nonsense ` is no CPU quota',
    });
  });

  test('an unlimited memlock is the number that the kernel keeps for it', () => {
    const text =
      'Limit  Soft Limit  Hard Limit  Units\nMax locked memory         unlimited            unlimited            bytes\n';
    expect(limits({ '/proc/self/limits': text }).memlockBytes).toEqual({ value: 18_446_744_073_709_551_616 });
  });

  test('a kernel log that we may not open is not readable; one that is not there is unknown', () => {
    expect(limits({ 'open /dev/kmsg': { status: 'denied', text: '' } }).kernelLogReadable).toEqual({
      value: false,
    });
    expect(limits({ 'open /dev/kmsg': { status: 'absent', text: '' } }).kernelLogReadable).toEqual({
      unknown: '/dev/kmsg does not exist (a container without it)',
    });
  });

  test('sudo that asks for a password runs nothing', () => {
    const asks = { status: 'failed', text: 'sudo: a password is required', exitCode: 1 } as const;
    expect(limits({ 'sudo -n true': asks }).passwordlessSudo).toEqual({ value: false });
  });

  const user = 'Uid:\t1000\t1000\t1000\t1000\n';
  // As sudo 1.9.13 lists them.
  const listed = (...rules: readonly string[]): string =>
    [
      'Matching Defaults entries for bench on node1:',
      '    env_reset, secure_path=/usr/sbin\\:/usr/bin',
      '',
      'User bench may run the following commands on node1:',
      ...rules.map((rule) => `    ${rule}`),
    ].join('\n');
  const programs = JSON.stringify(
    Object.fromEntries(
      ['/usr/sbin/smartctl', '/usr/bin/true', '/usr/bin/id', '/usr/bin/env'].map((path) => [path, path]),
    ),
  );
  test.each([
    ['(ALL : ALL) NOPASSWD: ALL', true],
    ['(root) NOPASSWD: /usr/bin/id, NOPASSWD: ALL', true],
    ['(root) NOPASSWD: /usr/bin/true', false],
    ['(ALL) ALL', false],
    ['(daemon) NOPASSWD: ALL', false],
    ['(ALL) NOPASSWD: ALL, !/usr/sbin/smartctl', false],
    ['(ALL) NOPASSWD: /usr/bin/true, PASSWD: ALL', false],
  ])('sudo that runs `true` and lists %s runs anything: %s', (rule, value) => {
    expect(
      limits({ '/proc/self/status': user, 'sudo -n true': '', 'sudo -n -l': listed(rule) }).passwordlessSudo,
    ).toEqual({ value });
    const asks = { status: 'failed', text: 'sudo: a password is required', exitCode: 1 } as const;
    expect(
      limits({ '/proc/self/status': user, 'sudo -n true': asks, 'sudo -n -l': listed(rule) })
        .passwordlessSudo,
    ).toEqual({
      value: false,
    });
  });

  test('sudo that runs `true` and lists nothing may run nothing else, unless it is asked by root', () => {
    expect(limits({ '/proc/self/status': user, 'sudo -n true': '' }).passwordlessSudo).toEqual({
      unknown: 'sudo -n -l: not probed',
    });
    expect(limits({ 'sudo -n true': '' })).toMatchObject({
      isRoot: { value: true },
      passwordlessSudo: { value: true },
    });
  });

  test.each([
    [
      '(root) NOPASSWD: /usr/sbin/smartctl -a /dev/sda, /usr/bin/true',
      ['/usr/sbin/smartctl -a /dev/sda', '/usr/bin/true'],
    ],
    [
      '(root) NOPASSWD: /usr/bin/timeout -k 5 60 /usr/sbin/smartctl --json\\=c, /usr/bin/timeout -k 5 60 /usr/bin/vi',
      ['/usr/bin/timeout -k 5 60 /usr/sbin/smartctl --json=c'],
    ],
    ['(ALL : ALL) NOPASSWD: ALL', []],
    ['(root) NOPASSWD: /usr/sbin/shutdown, /usr/bin/id', ['/usr/bin/id']],
    ['(root) /usr/bin/less, NOPASSWD: /usr/bin/id, PASSWD: /usr/bin/vi', ['/usr/bin/id']],
    ['(root) NOPASSWD: NOEXEC: /usr/bin/env A\\=1\\, b', ['/usr/bin/env A=1, b']],
    ['(daemon) NOPASSWD: /usr/bin/id', []],
    ['(root) /usr/bin/id', []],
  ])('sudo lists %s', (rule, commands) => {
    expect(limits({ 'sudo -n -l': listed(rule), programs }).sudoCommands).toEqual({ value: commands });
  });

  test('several rules add up, and what is no list is unknown', () => {
    const two = listed('(root) NOPASSWD: /usr/bin/id', '(ALL) NOPASSWD: /usr/bin/true');
    expect(limits({ 'sudo -n -l': two, programs }).sudoCommands).toEqual({
      value: ['/usr/bin/id', '/usr/bin/true'],
    });
    expect(limits({ 'sudo -n -l': 'Sorry, user bench may not run sudo on node1.' }).sudoCommands).toEqual({
      unknown: '`sudo -n -l` lists no rules',
    });
  });
});

describe('occupancy', () => {
  const reasons = (changes: Parameters<typeof constructed>[0]): unknown =>
    readHostFacts(constructed(changes)).occupancy.reasons;
  const bus = pciTree({ '0000:ba:00.0': h100 });
  const id = '00000000:BA:00.0';

  test('an idle machine has none', () => {
    expect(readHostFacts(virtualMachine).occupancy).toEqual({
      loadAverage: { value: 0.09 },
      watchedSeconds: { unknown: 'watch: not probed' },
      work: { unknown: 'watch: not probed' },
      isLoaded: { value: false },
      reasons: { value: [] },
    });
  });

  test('a load above 10 % of the CPUs and one task of our own', () => {
    const isLoaded = (load: string) =>
      readHostFacts(constructed({ '/proc/loadavg': `${load} 0.5 0.5 1/100 1\n` })).occupancy.isLoaded;
    expect(isLoaded('1.20')).toEqual({ value: false });
    expect(isLoaded('1.21')).toEqual({ value: true });
  });

  test('a miner, in any spelling', () => {
    expect(reasons({ processes: { init: 1, lolMiner: 1, 't-rex': 2, examiner: 1 } })).toEqual({
      value: ['the mining process `lolMiner` is running', 'the mining process `t-rex` is running'],
    });
  });

  test('a process that computes, and none that only draws', () => {
    const processes = `<process_info><pid>4242</pid><type>C</type><process_name>/opt/venv/bin/python train.py --key x</process_name></process_info>
      <process_info><pid>77</pid><type>G</type><process_name>/usr/lib/xorg/Xorg</process_name></process_info>`;
    expect(reasons({ 'sysfs pci': bus, 'nvidia-smi -q -x': nvidiaSmi([{ id, used: '15 MiB' }]) })).toEqual({
      value: [],
    });
    expect(
      reasons({ 'sysfs pci': bus, 'nvidia-smi -q -x': nvidiaSmi([{ id, used: '16 MiB', processes }]) }),
    ).toEqual({
      value: ['accelerator 0000:ba:00.0 runs the process 4242 python'],
    });
  });

  test('memory above what an idle driver holds, without a process: nobody can tell, and it is not measured unasked', () => {
    const held = constructed({
      'sysfs pci': bus,
      'nvidia-smi -q -x': nvidiaSmi([{ id, used: '30000 MiB' }]),
    });
    const facts = readHostFacts(held);
    const words = '30000 MiB of its memory are in use (idle: at most 816), and no process is named';
    expect(facts.occupancy.reasons).toEqual({ unknown: `accelerator 0000:ba:00.0: ${words}` });
    expect(findOccupied([{ node: 'a', facts }])).toEqual(
      new Map([['a', [`accelerator 0000:ba:00.0: ${words}`]]]),
    );
    const idle = readHostFacts(
      constructed({ 'sysfs pci': bus, 'nvidia-smi -q -x': nvidiaSmi([{ id, used: '800 MiB' }]) }),
    );
    expect(findOccupied([{ node: 'a', facts: idle }])).toEqual(new Map());
  });

  test('a GPU lent to a virtual machine', () => {
    const lent = pciTree({ '0000:ba:00.0': { ...h100, driver: '../vfio-pci' } });
    expect(reasons({ 'sysfs pci': lent })).toEqual({
      value: ['accelerator 0000:ba:00.0 is lent to a virtual machine (vfio-pci)'],
    });
  });

  test('a GPU with a driver that nobody can ask is not idle but unknown', () => {
    expect(reasons({ 'sysfs pci': bus })).toEqual({
      unknown: 'accelerator 0000:ba:00.0: nothing says whether it computes: `nvidia-smi` is not on the PATH',
    });
  });

  test('a /proc that hides other users proves nothing, except to root', () => {
    const mountinfo = '22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=2\n';
    const user = 'Uid:\t1000\t1000\t1000\t1000\nCpus_allowed_list:\t0-1\n';
    expect(reasons({ '/proc/self/mountinfo': mountinfo, '/proc/self/status': user })).toEqual({
      unknown: '/proc is mounted with hidepid: processes of other users cannot be seen',
    });
    expect(reasons({ '/proc/self/mountinfo': mountinfo })).toEqual({ value: [] });
  });

  test('what cannot be seen makes an empty list unknown', () => {
    expect(reasons({ processes: { status: 'denied', text: '' } })).toEqual({
      unknown: 'processes: permission denied',
    });
  });
});
