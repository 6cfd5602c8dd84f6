import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Source } from './read-yaml.ts';
import { maxConfigBytes } from './read-yaml.ts';

/** Reads a configuration file, never more of it than a configuration can be long. */
export async function loadSource(file: string): Promise<Source> {
  try {
    // Not waiting for a FIFO that nobody writes to.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) throw notReadable(file, 'something else');
    const { bytesRead, buffer } = await handle.read(
      Buffer.alloc(maxConfigBytes + 1),
      0,
      maxConfigBytes + 1,
      0,
    );
    return { file, text: buffer.toString('utf8', 0, bytesRead) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (cause instanceof AssayError || code === undefined || notTheFile.has(code)) throw cause;
    throw notReadable(file, code, cause);
  }
}

/** What the system refuses whatever the file. */
const notTheFile: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EIO']);

const notReadable = (file: string, found: string, cause?: unknown): AssayError =>
  new AssayError('CONFIG_INVALID', `${file}: expected a readable file, got ${found}`, {
    hint: 'Check the path and its permissions.',
    cause,
  });

/** All files of a directory with this ending, by name. */
export async function loadSources(directory: string, ending: string): Promise<readonly Source[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending)).toSorted();
  return Promise.all(names.map((name) => loadSource(join(directory, name))));
}
