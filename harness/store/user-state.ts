import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { claimFolder } from './own-folder.ts';

type StateName = 'runs' | 'locks' | 'ledger' | 'history';

/** Where that folder is. */
export const stateFolder = (stateHome: string, name: StateName): string => join(stateHome, 'assay', name);

/**
 * A folder for what this user's Assay remembers about runs outside of their directories, which others may have made:
 * `<state home>/assay/<name>`, made when it is not there, and for him alone. Throws USAGE.
 */
export async function claimStateFolder(stateHome: string, name: StateName): Promise<string> {
  const folder = stateFolder(stateHome, name);
  try {
    await makeFolder(stateHome);
    for (const path of [dirname(folder), folder]) {
      claimFolder(path);
      if (((await lstat(path)).mode & 0o077) !== 0) await chmod(path, 0o700);
    }
  } catch (cause) {
    if (isFull(cause)) throw cause;
    throw new AssayError(
      'USAGE',
      `expected a folder of yours for notes about runs at ${folder}, found none: ${AssayError.from(cause).message}`,
      { cause, hint: 'Set XDG_STATE_HOME to a directory of yours that you can write to.' },
    );
  }
  return folder;
}

const isFull = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');

/**
 * Makes a folder with those above it. Node's own `recursive` asks again without end where a file system says of a folder
 * in one that is there that it cannot be found, as /proc does.
 */
async function makeFolder(path: string, mayLackParent = true): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !mayLackParent || dirname(path) === path) throw cause;
    await makeFolder(dirname(path));
    await makeFolder(path, false);
  }
}
