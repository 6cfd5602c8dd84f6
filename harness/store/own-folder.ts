import type { Dir, Dirent, Stats } from 'node:fs';
import { chmodSync, lstatSync, mkdirSync, opendirSync, readdirSync, rmSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writerOf } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** What a path is, for a person who did not expect it. */
export const kindOf = (
  found: Pick<Stats, 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isFile' | 'isDirectory'>,
): string =>
  found.isSymbolicLink()
    ? 'a symbolic link'
    : found.isFIFO()
      ? 'a FIFO'
      : found.isSocket()
        ? 'a socket'
        : found.isFile()
          ? 'a file'
          : found.isDirectory()
            ? 'a directory'
            : 'a device';

/** An inventory has up to 10,000 nodes, and a node in a run from before there were packs a folder for each step. */
const mostEntries = 100_000;
/** nodes/<node>/steps/<step>/<file> are five. */
const mostLevels = 8;

/**
 * What below a directory nobody but its sender can have put there: what is neither file nor directory, with links not
 * followed; more in one folder, or deeper, than any run or report has.
 */
export function findStranger(
  root: string,
): { readonly path: string; readonly expected: string; readonly found: string } | undefined {
  const folders = [{ folder: root, level: 1 }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { folder, level } = next;
    const at = (path: string): string => relative(root, path) || '.';
    let entries = 0;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      entries += 1;
      if (entries > mostEntries)
        return { path: at(folder), expected: `at most ${mostEntries} entries`, found: 'more' };
      if (entry.isDirectory() && level === mostLevels)
        return { path: at(path), expected: `at most ${mostLevels} levels of folders`, found: 'more' };
      if (entry.isDirectory()) folders.push({ folder: path, level: level + 1 });
      else if (!entry.isFile())
        return { path: at(path), expected: 'only files and directories', found: kindOf(entry) };
    }
  }
  return undefined;
}

/** The entries of a folder; none of one that a run at work has moved meanwhile. */
function* entriesOf(path: string): Generator<Dirent> {
  // At once: to wait for each of a thousand folders, each of a few files, takes longer than to read them.
  let folder: Dir;
  try {
    folder = opendirSync(path, { bufferSize: 1024 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    return;
  }
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) yield entry;
  } finally {
    folder.closeSync();
  }
}

/**
 * Makes sure that a folder is there and that nobody else can put anything into it: a directory and no link, of this user,
 * not writable by everybody. One that is made is for this user alone, whatever the umask. What a killed process of ours
 * was writing there is removed. Throws USAGE. At once: to wait for each of its steps takes longer, a thousand nodes have one each.
 */
export function claimFolder(path: string): void {
  try {
    makeOwnFolder(path);
    return;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  }
  const found = lstatSync(path);
  if (!found.isDirectory()) throw notOurs(path, `is ${kindOf(found)}`);
  if (found.uid !== process.geteuid?.()) throw notOurs(path, `belongs to uid ${found.uid}`);
  if ((found.mode & 0o002) !== 0) throw notOurs(path, 'can be written to by everybody');
  for (const name of readdirSync(path)) {
    const writer = writerOf(name);
    if (writer !== undefined && !isAlive(writer)) rmSync(join(path, name), { force: true });
  }
}

const notOurs = (path: string, what: string, cause?: unknown): AssayError =>
  new AssayError('USAGE', `expected a directory of yours to write to, found that ${path} ${what}`, {
    cause,
    hint: 'Work on a copy of the run directory that belongs to you: cp -r',
  });

/** Makes sure that something can be put into a folder, which is ours, before anything is done for that. Throws USAGE. */
export async function requireWritable(path: string): Promise<void> {
  claimFolder(path);
  await access(path, constants.W_OK).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw notOurs(path, `may not be written to (${code})`, cause);
  });
}

/** Makes a folder that is nobody else's to look into, whatever the umask. */
export function makeOwnFolder(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o700);
}

/** Whether there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH');
  }
}
