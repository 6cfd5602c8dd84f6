import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { KnownHostLine } from './known-hosts.ts';
import { readKnownHosts } from './known-hosts.ts';
import { openFile, readAll } from './read-file.ts';
import { refuse } from './refusals.ts';

/** Reads a known_hosts file; one that does not exist knows nobody. */
export async function loadKnownHosts(path: string): Promise<readonly KnownHostLine[]> {
  try {
    // Bytes as they are: no mark of a byte order is lost, no byte becomes another.
    await using file = await openFile(path);
    return readKnownHosts((await readAll(file, path)).toString('latin1'), path);
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    if (cause instanceof Error && 'code' in cause && nobody.has(String(cause.code))) return [];
    // What cannot be read could hold a revocation.
    refuse('unreadable files', `${path}: expected a file that can be read: ${String(cause)}`);
  }
}

const nobody: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
