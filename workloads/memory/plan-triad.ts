import type { CommandInput } from '../kit/command.ts';
import { cpuThreads } from '../kit/cpu-threads.ts';
import { valueOf } from '../kit/facts/fact.ts';
import type { HostFacts } from '../kit/facts/host-facts.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { MemoryParams } from './workload.ts';

/** What native/triad.c is asked for. */
export type HostLoad = Omit<Extract<MemoryParams, { readonly target: 'host' }>, 'target'>;

/** The load under which errors are counted: all memory that there is, from all processors. */
export const errorLoad = (seconds: number): HostLoad => ({ bytes: 'auto', seconds, cores: 'all' });

export const arrays = 3;

/** What every tool that runs the program has to find. */
export const triadRequires = { programs: ['gcc'], headers: ['pthread.h'], packages: ['gcc', 'libc6-dev'] };

/** Whether there are CPUs, and room for three arrays. */
export function canRunTriad({ cores, bytes }: HostLoad, facts: HostFacts): Result<undefined> {
  const threads = cpuThreads(cores, facts);
  if (!threads.ok) return threads;
  const room = roomFor(facts);
  if (!room.ok) return room;
  const needed = bytes === 'auto' ? 0 : arrays * bytes;
  return needed > room.value
    ? err(`expected ${needed} bytes for three arrays, got ${room.value}: a quarter of what is free`)
    : ok(undefined);
}

/** Compiles the program and runs it. */
export function planTriad({ bytes, cores, seconds }: HostLoad, facts: HostFacts): readonly CommandInput[] {
  const known = roomFor(facts);
  const room = known.ok ? known.value : 0;
  const source = '{bundle}/workloads/memory/native/triad.c';
  return [
    {
      id: 'build',
      file: 'gcc',
      args: ['-std=gnu11', '-O3', '-o', '{build}/triad', source, '-pthread', '-lm'],
      timeoutMs: 60_000,
    },
    {
      id: 'run',
      file: '{build}/triad',
      args: [`${bytes}`, `${room}`, cores, `${seconds}`],
      // Two windows, and filling and checking at a very slow 1 GB/s.
      timeoutMs: Math.ceil(30_000 + 3000 * seconds + room / 1e6),
    },
  ];
}

/** What the arrays may take: a quarter of what is free, and of what this process may have. */
function roomFor({ memory: { availableBytes }, limits: { memoryMaxBytes } }: HostFacts): Result<number> {
  const available = valueOf(availableBytes);
  if (available === undefined) return err('the free memory is unknown');
  return ok(Math.floor(Math.min(available, valueOf(memoryMaxBytes) ?? available) / 4));
}
