import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ownMode } from '../../agents/protocol/write-whole.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { createRunFinder } from './find-run-around.ts';

/** Far more than any key. */
const mostBytes = 16 * 1024;

const refuseKey = (message: string, hint: string, cause?: unknown): AssayError =>
  new AssayError('KEY_REFUSED', message, { hint, cause });

/** The text of a file with a key that is to be known: a public one. Throws KEY_REFUSED. */
export const readPublicFile = (path: string): Promise<string> => readText(path, false);

/** The text of a file with a private key, which nobody but this user may read. Throws KEY_REFUSED. */
export const readPrivateFile = (path: string): Promise<string> => readText(path, true);

async function readText(path: string, isPrivate: boolean): Promise<string> {
  try {
    // Not waiting for a FIFO that nobody writes to.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile() || found.size > mostBytes)
      throw refuseKey(`${path}: expected a file with a key, found something else`, 'Check the path.');
    if (isPrivate && ((found.mode & 0o077) !== 0 || found.uid !== process.geteuid?.()))
      throw refuseKey(
        `${path}: expected a key that only you may read, found mode ${(found.mode & 0o777).toString(8)} of uid ${found.uid}`,
        `If nobody has read it: chmod 600 ${path}. Else make another one: assay keys new`,
      );
    return await file.readFile('utf8');
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT' && codeOf(cause) !== 'ENOTDIR') throw cause;
    throw refuseKey(`${path}: expected a file with a key, found none`, 'Check the path.', cause);
  }
}

/**
 * Writes a new file of this user alone where nothing has its name. Throws KEY_REFUSED, also for a place in a run directory or
 * a folder of reports: those are given away.
 */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  const around = await createRunFinder()(dirname(path));
  if (around !== undefined)
    throw refuseKey(
      `${path}: expected a place for a key outside of what is given away, found it in the run ${around}`,
      'Keep keys elsewhere.',
    );
  try {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, ownMode);
    try {
      // Whatever the umask.
      await file.chmod(ownMode);
      await file.writeFile(text);
      await file.sync();
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== 'EEXIST' && code !== 'ENOENT' && code !== 'ENOTDIR') throw cause;
    throw refuseKey(
      `${path}: expected ${code === 'EEXIST' ? 'a name that nothing has yet' : 'a folder that exists'}, found ${code === 'EEXIST' ? 'a file' : 'none'}`,
      'Choose another --out.',
      cause,
    );
  }
}
