import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** Files that are being written, or that a process left when it was killed: `.<name>.<its pid>-<random>.partial`. */
const partialName = /^\..+\.([1-9][0-9]{0,9})-[0-9a-f]{16}\.partial$/;

/** Of every file that is kept: serial numbers and names of machines stand in them. */
export const ownMode = 0o600;

/**
 * Writes a file of this user alone so that it is there whole or not at all, also after a power cut: write, fsync, rename.
 * What is written to is a new file of a name that nobody can guess, and whatever has the target's name is replaced, never followed.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array | Iterable<string>,
): Promise<void> {
  const partial = partialOf(path);
  // O_EXCL: fails where anything has the name, a link included.
  const file = await open(partial, 'wx', ownMode);
  try {
    try {
      // Whatever the umask.
      await file.chmod(ownMode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause;
  }
}

/** A name for what is being written, which nobody can guess. */
export function partialOf(path: string): string {
  const cut = path.lastIndexOf('/') + 1;
  const random = randomBytes(8).toString('hex');
  return `${path.slice(0, cut)}.${path.slice(cut)}.${process.pid}-${random}.partial`;
}

/** The process that was writing a partial file, by the name of the file; `undefined` for any other name. */
export function writerOf(name: string): number | undefined {
  const [, pid] = partialName.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
