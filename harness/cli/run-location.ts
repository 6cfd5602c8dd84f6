import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Environment } from '../environment.ts';
import { makeOwnFolder } from '../store/own-folder.ts';
import { ReportFolder } from '../store/report-folder.ts';
import { RunDirectory } from '../store/run-directory.ts';

/** Runs are kept below the working directory unless `--out` says otherwise: they are the user's documents. */
export const runsFolder = 'assay-runs';

/** A name that sorts by time and does not collide: `20261123t021500z-3fa9c1`. */
export function createRunId(now: Date): string {
  const time = now.toISOString().toLowerCase().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** Makes the default folder of runs and returns the path of a new one in it. */
export async function makeDefaultRunPath(environment: Environment, id: string): Promise<string> {
  const path = defaultRunPath(environment, id);
  try {
    await makeOwnFolder(dirname(path));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return path;
    throw new AssayError('USAGE', `expected to be able to write to ${environment.workingDirectory}`, {
      cause,
      hint: 'Run it elsewhere, or give --out.',
    });
  }
  return path;
}

export const defaultRunPath = (environment: Environment, id: string): string =>
  join(environment.workingDirectory, runsFolder, id);

/** The folder for the reports of a run: the one that was named, else the one beside the run. */
export const openReports = (
  environment: Environment,
  run: RunDirectory,
  out: string | undefined,
): Promise<ReportFolder> =>
  ReportFolder.open(run, out === undefined ? undefined : resolve(environment.workingDirectory, out));

/** Opens a run by its path or by its name below `assay-runs/`. */
export async function openRun(environment: Environment, given: string): Promise<RunDirectory> {
  const named = defaultRunPath(environment, given);
  return RunDirectory.open(
    existsSync(resolve(environment.workingDirectory, given))
      ? resolve(environment.workingDirectory, given)
      : named,
  );
}
