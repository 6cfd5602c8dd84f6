import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { fileName } from '../../workloads/kit/names.ts';
import type { Environment } from '../environment.ts';
import { readRunId } from '../store/find-run-around.ts';
import { listRuns } from '../store/known-runs.ts';
import { makeOwnFolder } from '../store/own-folder.ts';
import { ReportFolder } from '../store/report-folder.ts';
import { RunDirectory, runsFolder } from '../store/run-directory.ts';

/** A name that sorts by time and does not collide: `20261123t021500z-3fa9c1`. */
export function createRunId(now: Date): string {
  const time = now.toISOString().toLowerCase().replace(/[-:]/g, '').replace(/\.\d+/, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** Makes the default folder of runs and returns the path of a new one in it. */
export function makeDefaultRunPath(environment: Environment, id: string): string {
  const path = defaultRunPath(environment, id);
  try {
    makeOwnFolder(dirname(path));
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

/** Stands for the run that began last, of those that `assay runs` lists. */
const latest = 'latest';

/**
 * Opens a run by its path, by its name below `assay-runs/`, or by its id when one directory there or in the working
 * directory has it, whatever it is called: reports name it so; or the one that began last. Throws USAGE when several
 * have that id.
 */
export async function openRun(environment: Environment, given: string): Promise<RunDirectory> {
  const path = resolve(environment.workingDirectory, given);
  if (existsSync(path)) return RunDirectory.open(path);
  if (given === latest) return openLatest(environment);
  const named = defaultRunPath(environment, given);
  const found = existsSync(named) || !fileName.test(given) ? [] : await findById(environment, given);
  if (found.length > 1)
    throw new AssayError('USAGE', `expected one run ${given}, found ${found.join(', ')}`, {
      hint: 'Give the path of the one that you mean.',
    });
  return RunDirectory.open(found[0] ?? named);
}

async function openLatest({ workingDirectory, stateHome }: Environment): Promise<RunDirectory> {
  const [first] = await listRuns(stateHome, join(workingDirectory, runsFolder));
  if (first === undefined)
    throw new AssayError(
      'RUN_NOT_FOUND',
      `expected a run in ${runsFolder}/ or one that you started, found none`,
      {
        hint: 'Measure something first: assay survey local',
      },
    );
  if ('fault' in first) throw first.fault;
  return first.run;
}

/** Directories beside the user that are the run with this id by what they say. */
async function findById({ workingDirectory: here }: Environment, id: string): Promise<readonly string[]> {
  const folders = [here, join(here, runsFolder)];
  const found: string[] = [];
  const look = async (folder: string): Promise<void> => {
    if ((await readRunId(folder)) === id) found.push(folder);
  };
  await look(here);
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for await (const entry of await opendir(folder))
      if (entry.isDirectory()) await look(join(folder, entry.name));
  }
  return found.toSorted();
}
