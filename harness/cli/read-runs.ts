import { availableParallelism } from 'node:os';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { isCheckout, resource } from '../resources.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { OpenSides } from './load-readings.ts';
import type { Outcome, ReadAs, RunToRead } from './run-reader.ts';

/** A thread takes as long to begin as a run of so many nodes takes to be read. */
const manyNodes = 100;

/** Each holds the run that it reads. */
const mostThreads = 4;

/** What is read of a step is let go with it: more room for what is young would only be more memory. */
const youngMegabytes = 24;

/**
 * What is needed of the runs of both sides, of each by itself: several large ones are read at the same time, each in a thread. Throws
 * what reading throws, of the first run for which it does.
 */
export async function readRuns<K extends keyof ReadAs>(
  as: K,
  { before, after, profile }: OpenSides,
  threads?: number,
): Promise<Readonly<Record<'before' | 'after', readonly ReadAs[K][]>>> {
  const runs = [...before, ...after];
  const read = await readAll(as, { runs, profile }, threads ?? (await countThreads(runs)));
  return { before: read.slice(0, before.length), after: read.slice(before.length) };
}

async function countThreads(runs: readonly RunDirectory[]): Promise<number> {
  let large = 0;
  for (const run of runs) if ((await run.list('nodes')).length >= manyNodes) large += 1;
  return Math.min(large, availableParallelism(), mostThreads);
}

async function readAll<K extends keyof ReadAs>(
  as: K,
  { runs, profile }: { readonly runs: readonly RunDirectory[]; readonly profile: string },
  threads: number,
): Promise<readonly ReadAs[K][]> {
  const given = runs.map(({ path }): RunToRead<K> => ({ as, path, profile }));
  if (threads < 2) {
    const { readRun } = await import('./run-reader.ts');
    const all: ReadAs[K][] = [];
    for (const run of given) all.push(valueOf(await readRun(run)));
    return all;
  }
  const { Piscina } = await import('piscina');
  const pool = new Piscina<RunToRead<K>, Outcome<ReadAs[K]>>({
    filename: resource(isCheckout ? 'harness/cli/run-reader.ts' : 'run-reader.js'),
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  try {
    return (await Promise.all(given.map((run) => pool.run(run, { name: 'readRun' })))).map(valueOf);
  } finally {
    await pool.destroy();
  }
}

/** Throws what was thrown in the thread. */
function valueOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw AssayError.fromJSON(outcome.error);
  return outcome.read;
}
