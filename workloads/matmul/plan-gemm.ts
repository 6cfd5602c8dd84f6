import type { CommandInput } from '../kit/command.ts';
import { cpuThreads } from '../kit/cpu-threads.ts';
import { valueOf } from '../kit/facts/fact.ts';
import type { HostFacts } from '../kit/facts/host-facts.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';
import type { HostParams } from './workload.ts';

const inputBytes = { fp32: 4, fp16: 2, bf16: 2, int8: 1 } as const;

/** Seed of the inputs, the same everywhere: speed depends on the data. */
export const seed = 1;

/** What every program here needs: a known number of CPUs, and room for A, B and C. */
export function canMultiply(params: HostParams, facts: HostFacts): Result<undefined> {
  const threads = cpuThreads(params.cores, facts);
  if (!threads.ok) return threads;
  const needed = params.size ** 2 * (2 * inputBytes[params.dtype] + 4) * 1.1;
  const available = valueOf(facts.memory.availableBytes);
  return available !== undefined && available < needed
    ? err(`expected ${Math.ceil(needed)} bytes of free memory, got ${available}`)
    : ok(undefined);
}

export interface GemmProgram {
  /** File name below native/. */
  readonly source: string;
  readonly compile: readonly string[];
  readonly link: readonly string[];
  readonly args?: readonly string[];
  /** Environment variables that set the number of threads. */
  readonly threadVariables?: readonly string[];
}

/** Compiles one of the native programs and runs it. */
export function planGemm(
  params: HostParams,
  facts: HostFacts,
  program: GemmProgram,
): readonly CommandInput[] {
  const known = cpuThreads(params.cores, facts);
  const threads = `${known.ok ? known.value : 1}`;
  const source = `{bundle}/workloads/matmul/native/${program.source}`;
  return [
    {
      id: 'build',
      file: 'gcc',
      args: ['-std=gnu11', '-O3', ...program.compile, '-o', '{build}/gemm', source, ...program.link, '-lm'],
      timeoutMs: 120_000,
    },
    {
      id: 'run',
      file: '{build}/gemm',
      args: [`${params.size}`, threads, `${params.seconds}`, `${seed}`, ...(program.args ?? [])],
      env: Object.fromEntries((program.threadVariables ?? []).map((name) => [name, threads])),
      timeoutMs: gemmTimeoutMs(params),
    },
  ];
}

/** Filling and checking, the window twice (warm-up), and six products at a very slow 2 GFLOP/s. */
function gemmTimeoutMs({ size, seconds }: HostParams): number {
  return Math.ceil(60_000 + 2000 * seconds + (6 * 2 * size ** 3) / 2e6);
}
