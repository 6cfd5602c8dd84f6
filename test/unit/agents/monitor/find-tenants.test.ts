import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessTable } from '../../../../agents/monitor/find-tenants.ts';
import {
  describeTenant,
  listStrangers,
  readProcess,
  readTotal,
} from '../../../../agents/monitor/find-tenants.ts';

/** A line of /proc/[pid]/stat (Linux 6.1, shortened behind starttime). */
const stat = (
  pid: number,
  name: string,
  { parent = 1, ticks = 0, flags = 4194560, started = 500 } = {},
): string =>
  `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 ${flags} 100 0 0 0 ${ticks - Math.floor(ticks / 3)} ${Math.floor(ticks / 3)} 0 0 20 0 1 0 ${started} 1000 10 18446744073709551615\n`;

function table(totalTicks: number, ...lines: readonly string[]): ProcessTable {
  const found = lines.flatMap((line) => readProcess(line) ?? []);
  return { totalTicks, processes: new Map(found.map((each) => [each.pid, each])) };
}

const own = 100;
const family = [
  stat(1, 'systemd'),
  stat(90, 'sshd', { parent: 1, ticks: 5 }),
  stat(own, 'node', { parent: 90, ticks: 10 }),
  stat(101, 'openssl', { parent: own, ticks: 20 }),
  stat(102, 'openssl', { parent: 101, ticks: 20 }),
];
const later = family.map((line) => line.replace(/ (\d+) (\d+) 0 0 20/, ' 900 900 0 0 20'));
const said = (before: ProcessTable, now: ProcessTable, users: readonly number[] = []): string | undefined =>
  describeTenant(listStrangers(before, now, own), {
    totalTicks: now.totalTicks - before.totalTicks,
    users: new Set(users),
  });

describe('who came to a machine', () => {
  it('is nobody of the family of the agent, however busy it is', () => {
    expect(said(table(0, ...family), table(1000, ...later), [own, 101, 102])).toBeUndefined();
  });

  it('is whoever takes more than a tenth of the CPU time, also together', () => {
    const before = table(0, ...family, stat(200, 'python3', { ticks: 5000 }));
    const busy = (ticks: number) =>
      table(1000, ...later, stat(200, 'python3', { ticks }), stat(201, 'sh', { ticks: 40, started: 900 }));
    expect(said(before, busy(5060))).toBeUndefined();
    expect(said(before, busy(5061))).toBe(
      'others take 10 % of the CPU time, most of it `python3`, process 200',
    );
  });

  it('is no thread of the kernel', () => {
    const worker = (ticks: number) => stat(300, 'kworker/0:1', { parent: 2, ticks, flags: 69238880 });
    expect(said(table(0, ...family, worker(0)), table(1000, ...later, worker(900)))).toBeUndefined();
  });

  it('is a job that the scheduler began, not one that was there', () => {
    const job = (started: number) => stat(400, 'slurmstepd', { started });
    expect(said(table(0, ...family, job(500)), table(1000, ...later, job(500)))).toBeUndefined();
    expect(said(table(0, ...family), table(1000, ...later, job(900)))).toMatch(/^a Slurm job began/);
    // The same number for another process.
    expect(said(table(0, ...family, job(500)), table(1000, ...later, job(900)))).toMatch(/^a Slurm job/);
  });

  it('is who has an accelerator open and is here', () => {
    const now = table(1000, ...later, stat(500, 'train) (x', { started: 900 }));
    expect(said(table(0, ...family), now, [500, 999])).toBe('an accelerator runs `train) (x`, process 500');
    expect(said(table(0, ...family), now, [999])).toBeUndefined();
  });

  it('is nobody where no time has passed', () => {
    const now = table(0, ...family, stat(200, 'python3', { ticks: 5000 }));
    expect(said(table(0, ...family), now)).toBeUndefined();
  });

  it('reads a line of any process, or nothing, and never throws', () => {
    expect(readProcess(stat(7, 'a b) c', { parent: 3, ticks: 9 }))).toEqual({
      pid: 7,
      parent: 3,
      name: 'a b) c',
      ticks: 9,
      started: '500',
      isKernel: false,
    });
    fc.assert(
      fc.property(fc.string(), fc.nat(120), (put, at) => {
        const line = stat(7, 'a', { ticks: 9 });
        const found = readProcess(line.slice(0, at) + put);
        expect(found === undefined || Number.isFinite(found.ticks)).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(readTotal('cpu  1 2 3 4 5 6 7 8 9 10\n')).toBe(36);
    expect(readTotal('')).toBe(0);
  });
});
