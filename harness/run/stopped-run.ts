import { AssayError } from '../../workloads/kit/assay-error.ts';
import { Decision } from '../store/decision.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';

/** Tells whether an operator has stopped a run since this was made: who stops one notes it there first. */
export type StopWatch = () => Promise<boolean>;

export async function watchStops(run: RunDirectory): Promise<StopWatch> {
  const count = async (): Promise<number> =>
    (await run.readLines(Decision, runPaths.decisions)).filter(({ kind }) => kind === 'stop').length;
  const before = await count();
  return async () => (await count()) > before;
}

/**
 * What it means that a node ended its batch as cancelled. When the run was stopped from here it is over for now; when
 * nobody did, it is that node's own affair, and the others go on.
 */
export async function cancelledBatch(
  run: RunDirectory,
  wasStopped: StopWatch,
  node: string,
  reason = 'no reason given',
): Promise<AssayError> {
  const hint = `Continue with: assay resume ${run.header.id}`;
  if (await wasStopped())
    return new AssayError('INTERRUPTED', 'the run was stopped by the operator', { hint });
  const said = reason.slice(0, 300);
  return new AssayError('NODE_STOPPED', `${node} says: what it was given was cancelled: ${said}`, { hint });
}
