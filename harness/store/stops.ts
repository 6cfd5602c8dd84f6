import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/** Notes that an operator stops a run: whoever measures it learns of it from here, and not from a node. */
export async function noteStop(run: RunDirectory, at: Date): Promise<void> {
  await run.append(runPaths.stops, `${at.toISOString()}\n`);
}

/**
 * Takes the last note back when nothing was there to be stopped: a run that has ended stays as it was, byte by byte, for
 * whoever has signed it. For whoever holds the lock of the run, so that nobody reads notes meanwhile.
 */
export async function forgetStop(run: RunDirectory): Promise<void> {
  const lines = (await run.read(runPaths.stops)).toString('utf8').split('\n').slice(0, -2);
  if (lines.length === 0) await run.remove(runPaths.stops);
  else await run.write(runPaths.stops, lines.map((line) => `${line}\n`).join(''));
}

/** How often the run was stopped. */
export async function countStops(run: RunDirectory): Promise<number> {
  if (!(await run.has(runPaths.stops))) return 0;
  return (await run.read(runPaths.stops)).toString('utf8').split('\n').length - 1;
}
