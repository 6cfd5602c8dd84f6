import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isAbsence } from './probe-failure.ts';

/** Where each program stands, in the order of the search path; absent ones are left out. */
export async function findPrograms(names: readonly string[], path: string): Promise<Record<string, string>> {
  // A relative directory in PATH would make the answer depend on where the agent was started.
  const directories = path.split(':').filter((directory) => isAbsolute(directory));
  const found: [string, string][] = [];
  for (const name of new Set(names)) {
    const place = await firstMatch(directories, name, constants.X_OK);
    if (place !== undefined) found.push([name, place]);
  }
  return Object.fromEntries(found);
}

/** The first of `directories` that has a file `name` which we may use as `mode` says. */
export async function firstMatch(
  directories: readonly string[],
  name: string,
  mode: number,
): Promise<string | undefined> {
  for (const directory of directories) {
    const candidate = join(directory, name);
    if (await isUsable(candidate, mode)) return candidate;
  }
  return undefined;
}

async function isUsable(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return (await stat(path)).isFile();
  } catch (cause) {
    if (!isAbsence(cause)) throw cause;
    return false;
  }
}
