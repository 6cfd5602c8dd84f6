import { AssayError } from '../../workloads/kit/assay-error.ts';
import { CoordinatorJournal } from './coordinator-journal.ts';
import type { RunDirectory } from './run-directory.ts';
import { runPaths } from './run-directory.ts';

/**
 * Takes away what was being written when its writer died: torn last lines, and a plan that is not noted. Throws USAGE for a
 * run that this version cannot add to.
 */
export async function repairToContinue(run: RunDirectory): Promise<void> {
  if (run.header.schemaVersion === 1) throw olderRun('a run of schemaVersion 2', `one of 1: ${run.path}`);
  const nodes = await run.list('nodes');
  for (const name of nodes)
    if ((await run.has(runPaths.steps(name))) && !(await run.has(runPaths.pack(name))))
      throw olderRun(`the steps of ${name} in ${runPaths.pack(name)}`, `them in ${runPaths.steps(name)}`);
  await run.cutTornLine(runPaths.coordinator);
  for (const name of nodes) await run.cutTornLine(runPaths.journal(name));
  if (await isOnlyWritten(run, await CoordinatorJournal.read(run))) await run.remove(runPaths.plan);
}

/** Whether a plan was at most written: its writer died before it was noted, and before any node heard of it. */
export async function isOnlyWritten(run: RunDirectory, { planDigest }: CoordinatorJournal): Promise<boolean> {
  if (planDigest !== undefined) return false;
  for (const name of await run.list('nodes')) {
    const path = runPaths.journal(name);
    if ((await run.has(path)) && (await run.read(path)).includes('"type":"plan"')) return false;
  }
  return true;
}

const olderRun = (expected: string, found: string): AssayError =>
  new AssayError('USAGE', `expected ${expected}, found ${found}`, {
    hint: 'It was begun by an older version: judge it with this one, or go on with that one.',
  });
