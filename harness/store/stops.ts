import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/** Notes that an operator stops a run: whoever measures it learns of it from here, and not from a node. */
export async function noteStop(run: RunDirectory, at: Date): Promise<void> {
  await run.append(runPaths.stops, `${at.toISOString()}\n`);
}

/** How often the run was stopped. */
export async function countStops(run: RunDirectory): Promise<number> {
  if (!(await run.has(runPaths.stops))) return 0;
  return (await run.read(runPaths.stops)).toString('utf8').split('\n').length - 1;
}
