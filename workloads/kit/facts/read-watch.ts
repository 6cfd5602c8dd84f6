import * as z from 'zod';
import { otherShare, readTicks } from '../cpu-ticks.ts';
import type { CounterFile } from '../tool.ts';
import type { Evidence } from './evidence.ts';
import type { Fact } from './fact.ts';
import { known, unknown, valueOf } from './fact.ts';
import type { Drive, Nic } from './host-facts.ts';
import { mapFact } from './read-number.ts';
import { pciAddress } from './read-nvidia-smi.ts';

export const watchId = 'watch';

const infiniBand = ['port_rcv_data', 'port_xmit_data'] as const;

/** What the agent reads twice, with as much time in between as it was asked to watch. */
export const watchFiles: readonly CounterFile[] = [
  '/proc/stat',
  '/proc/self/stat',
  '/proc/diskstats',
  '/proc/net/dev',
  ...infiniBand.map((name): CounterFile => `/sys/class/infiniband/*/ports/*/counters/${name}`),
];

const Counted = z.record(z.string(), z.string());

/** What was seen of a machine over some seconds. */
export const Watch = z.strictObject({
  seconds: z.number().positive(),
  first: Counted,
  last: Counted,
  /** What amdgpu says of each accelerator, each second. */
  busy: z.array(z.record(z.string(), z.unknown())),
  /** What nvidia-smi said meanwhile: a line with address and per cent for each accelerator and second. */
  nvidia: z.string(),
});
export type Watch = z.infer<typeof Watch>;

export const readWatch = (evidence: Evidence): Fact<Watch> => evidence.json(watchId, Watch);

/** Busier than this over the time that was watched is work, of CPUs, drives and network alike. */
export const workShare = 0.1;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What was at work meanwhile beside the agent, in words with its share. What nobody counted makes an empty list unknown. */
export function readWork(
  watched: Fact<Watch>,
  drives: Fact<readonly Drive[]>,
  nics: Fact<readonly Nic[]>,
): Fact<string[]> {
  return mapFact(watched, (watch) => {
    const parts = [
      cpuWork(watch),
      mapFact(drives, (all) => driveWork(watch, all)),
      mapFact(nics, (all) => networkWork(watch, all)),
    ];
    const found = parts.flatMap((part) => valueOf(part) ?? []);
    const blind = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
    return found.length > 0 || blind.length === 0 ? known(found) : unknown(blind.join('; '));
  });
}

function cpuWork({ first, last }: Watch): Fact<string[]> {
  const [before, after] = [first, last].map((texts) =>
    readTicks(texts['/proc/stat'], texts['/proc/self/stat']),
  );
  const share = before === undefined || after === undefined ? undefined : otherShare(before, after);
  if (share === undefined) return unknown('/proc/stat does not tell how busy the CPUs were');
  return known(share > workShare ? [`others take ${percent(share)} of the CPU time`] : []);
}

/** Milliseconds with something to do are the tenth number behind a drive's name (Documentation/admin-guide/iostats.rst). */
function driveWork({ first, last, seconds }: Watch, drives: readonly Drive[]): Fact<string[]> {
  const millisecondsIn = (text: string | undefined, name: string): number | undefined => {
    const line = text?.split('\n').find((each) => each.trim().split(/\s+/)[2] === name);
    return line === undefined ? undefined : Number(line.trim().split(/\s+/)[12]);
  };
  return addUp(
    drives.map(({ name }) => {
      const [before, after] = [first, last].map((texts) => millisecondsIn(texts['/proc/diskstats'], name));
      const share = risen(before, after, seconds * 1000);
      if (share === undefined) return unknown(`/proc/diskstats does not tell how busy ${name} was`);
      return known(share > workShare ? [`drive ${name} is busy ${percent(share)} of the time`] : []);
    }),
  );
}

function networkWork({ first, last, seconds }: Watch, nics: readonly Nic[]): Fact<string[]> {
  return addUp(
    nics.map(({ name, rdmaDevice, speedBitsPerSecond, isUp }) => {
      const most = valueOf(speedBitsPerSecond);
      if (valueOf(isUp) === false) return known([]);
      const [before, after] = [first, last].map((texts) => bytesOf(texts, name, valueOf(rdmaDevice)));
      const bytesPerSecond = risen(before, after, seconds);
      if (bytesPerSecond === undefined) return unknown(`nothing tells how much ${name} carries`);
      const bits = bytesPerSecond * 8;
      // A virtual card has no speed of its own; a tenth of gigabit Ethernet is work anywhere.
      return known(
        bits > workShare * (most ?? 1e9) ? [`interface ${name} carries ${megabits(bits)} Mbit/s`] : [],
      );
    }),
  );
}

const megabits = (bits: number): number => Math.round(bits / 1e6);

/** Of one direction each, the busier one: received is the first number behind an interface's name, sent the ninth. */
function bytesOf(
  texts: z.infer<typeof Counted>,
  name: string,
  rdma: string | undefined,
): number[] | undefined {
  const line = texts['/proc/net/dev']?.split('\n').find((each) => each.trim().startsWith(`${name}:`));
  if (line === undefined) return undefined;
  const numbers = line
    .slice(line.indexOf(':') + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  const bypassing = infiniBand.map((counter) =>
    // In words of four octets (InfiniBand Architecture Specification 1.3, 16.1.3.5).
    Object.entries(texts)
      .filter(([path]) => path.startsWith(`/sys/class/infiniband/${rdma}/`) && path.endsWith(`/${counter}`))
      .reduce((sum, [, text]) => sum + 4 * Number(text), 0),
  );
  return [(numbers[0] ?? Number.NaN) + (bypassing[0] ?? 0), (numbers[8] ?? Number.NaN) + (bypassing[1] ?? 0)];
}

/** By how much counters rose for each of `over`; of several the one that rose most. */
function risen(
  before: number | readonly number[] | undefined,
  after: number | readonly number[] | undefined,
  over: number,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const [from, to] = [[before].flat(), [after].flat()];
  const most = Math.max(...to.map((value, at) => value - (from[at] ?? Number.NaN)));
  // A counter that was set back tells nothing.
  return most >= 0 ? most / over : undefined;
}

function addUp(parts: readonly Fact<string[]>[]): Fact<string[]> {
  const found = parts.flatMap((part) => valueOf(part) ?? []);
  const blind = parts.flatMap((part) => ('unknown' in part ? [part.unknown] : []));
  return found.length > 0 || blind.length === 0 ? known(found) : unknown(blind.join('; '));
}

/** A driver that was not loaded computes by itself when it is. */
const settlingSamples = 2;
/** Fewer samples are a glance. */
const leastSamples = 5;

/** For which share of the time an accelerator computed, in per cent, by the samples of each second. */
export function readBusyPercent(watched: Fact<Watch>, address: string): Fact<number> {
  return mapFact(watched, ({ busy, nvidia }) => {
    const amd = busy.map((at) => Number(at[`/sys/bus/pci/devices/${address}/gpu_busy_percent`]));
    const said = nvidia.split('\n').flatMap((line) => {
      const [id = '', share = ''] = line.split(',').map((word) => word.trim());
      return pciAddress(id) === address && /^\d+$/.test(share) ? [Number(share)] : [];
    });
    const samples = [...said, ...amd.filter(Number.isFinite)].slice(settlingSamples);
    if (samples.length < leastSamples) return unknown(`${address}: nothing tells how busy it was`);
    return known(samples.reduce((sum, each) => sum + each, 0) / samples.length);
  });
}
