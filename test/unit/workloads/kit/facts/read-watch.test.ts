import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import type { Drive, Nic } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readBusyPercent, readWork } from '../../../../../workloads/kit/facts/read-watch.ts';

const stat = (busy: number, idle: number): string => `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\n`;
const own = (ticks: number): string => `7 (node) S 1 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0`;
const disk = (busyMs: number): string => ` 259 0 nvme0n1 9 0 9 9 9 0 9 9 0 ${busyMs} 9 0 0 0 0 0 0\n`;
const net = (received: number, sent: number): string =>
  `head\n  eth0: ${received} 1 0 0 0 0 0 0 ${sent} 1 0 0 0 0 0 0\n`;
const ib = '/sys/class/infiniband/mlx5_0/ports/1/counters';

// Only what is looked at.
const drive = { name: 'nvme0n1' } as Drive;
const nic = {
  name: 'eth0',
  speedBitsPerSecond: known(10e9),
  isUp: known(true),
  rdmaDevice: known('mlx5_0'),
} as Nic;

const quiet = {
  '/proc/stat': stat(100, 900),
  '/proc/self/stat': own(5),
  '/proc/diskstats': disk(500),
  '/proc/net/dev': net(1e9, 1e9),
  [`${ib}/port_rcv_data`]: '0',
  [`${ib}/port_xmit_data`]: '0',
};
const idle = { ...quiet, '/proc/stat': stat(150, 2850), '/proc/self/stat': own(55) };
const watched = (last: Record<string, string>, nvidia = '', busy: Record<string, unknown>[] = []) =>
  known({ seconds: 10, first: quiet, last, busy, nvidia });

describe('what was at work while the machine was watched', () => {
  const workAfter = (changes: Record<string, string>) =>
    readWork(watched({ ...idle, ...changes }), known([drive]), known([nic]));

  it('is nothing where all that rose is our own', () => {
    expect(workAfter({})).toEqual(known([]));
  });

  it.each([
    // Of 2,000 ticks ours are 50.
    [
      'others on the CPUs',
      { '/proc/stat': stat(100 + 50 + 201, 900 + 1749) },
      'others take 10 % of the CPU time',
    ],
    ['a drive', { '/proc/diskstats': disk(1501) }, 'drive nvme0n1 is busy 10 % of the time'],
    ['an interface that receives', { '/proc/net/dev': net(3e9, 1e9) }, 'interface eth0 carries 1600 Mbit/s'],
    ['an interface that sends', { '/proc/net/dev': net(1e9, 4e9) }, 'interface eth0 carries 2400 Mbit/s'],
    [
      'RDMA, which passes the kernel by',
      { [`${ib}/port_xmit_data`]: '500000000' },
      'interface eth0 carries 1600 Mbit/s',
    ],
  ])('names %s', (_, changes, expected) => {
    expect(workAfter(changes)).toEqual(known([expected]));
  });

  it('is not known where nobody counted, and what was found stands', () => {
    expect(workAfter({ '/proc/diskstats': '' })).toEqual(
      unknown('/proc/diskstats does not tell how busy nvme0n1 was'),
    );
    expect(workAfter({ '/proc/diskstats': '', '/proc/net/dev': net(3e9, 1e9) })).toEqual(
      known(['interface eth0 carries 1600 Mbit/s']),
    );
    expect(workAfter({ '/proc/self/stat': '' })).toEqual(
      unknown('/proc/stat does not tell how busy the CPUs were'),
    );
    expect(readWork(unknown('watch: not probed'), known([]), known([]))).toEqual(
      unknown('watch: not probed'),
    );
  });

  it('does not take a counter that was set back for work, nor for a proof of rest', () => {
    expect(workAfter({ '/proc/diskstats': disk(0) })).toEqual(
      unknown('/proc/diskstats does not tell how busy nvme0n1 was'),
    );
  });
});

describe('how busy an accelerator was', () => {
  const lines = (percents: readonly (number | string)[]): string =>
    percents.map((each) => `00000000:18:00.0, ${each}\n00000000:2A:00.0, 0\n`).join('');
  const percent = (nvidia: string, busy: Record<string, unknown>[] = []) =>
    readBusyPercent(watched(idle, nvidia, busy), '0000:18:00.0');

  it('is the mean of the seconds after its driver was loaded', () => {
    expect(percent(lines([100, 80, 0, 0, 10, 10, 0, 0, 10, 10]))).toEqual(known(5));
    expect(percent(lines([100, 80, 0, 0, 0, 0, 0, 0, 0, 0]))).toEqual(known(0));
  });

  it('is told by amdgpu in sysfs', () => {
    const each = (value: string) => ({ '/sys/bus/pci/devices/0000:18:00.0/gpu_busy_percent': value });
    expect(
      percent(
        '',
        Array.from({ length: 10 }, () => each('100')),
      ),
    ).toEqual(known(100));
  });

  it('is not known by a glance, nor where the driver does not tell it', () => {
    const why = unknown('0000:18:00.0: nothing tells how busy it was');
    expect(percent(lines([0, 0, 0]))).toEqual(why);
    expect(percent(lines(Array.from({ length: 10 }, () => '[N/A]')))).toEqual(why);
    expect(percent('No devices were found')).toEqual(why);
  });
});
