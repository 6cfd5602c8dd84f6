import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readRunId } from './find-run-around.ts';
import { RunDirectory } from './run-directory.ts';
import { stateFolder } from './user-state.ts';

/** A run that a user has at hand, or why a directory that says that it is one cannot be read. */
export type KnownRun = { readonly path: string } & (
  | { readonly run: RunDirectory }
  | { readonly fault: AssayError }
);

/**
 * The runs in a folder and those that this user started here, wherever they lie, the newest first; what cannot be read is
 * last. A note says where its run was made, which counts only as long as a run with the digest of that note lies there. Where `ids` are
 * given, runs that say to be another one are not looked into.
 */
export async function listRuns(
  stateHome: string,
  folder: string,
  ids?: ReadonlySet<string>,
): Promise<readonly KnownRun[]> {
  const isWanted = async (path: string): Promise<boolean> => {
    const id = await readRunId(path);
    return id !== undefined && ids?.has(id) !== false;
  };
  const found = new Map<string, KnownRun>();
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (await isWanted(path)) found.set(path, await openKnown(path));
  }
  const notes = stateFolder(stateHome, 'runs');
  for (const digest of await namesIn(notes)) {
    const path = await readPlace(join(notes, digest));
    if (path === undefined || found.has(path) || !(await isWanted(path))) continue;
    const known = await openKnown(path);
    if (!('run' in known) || known.run.headDigest === digest) found.set(path, known);
  }
  const startedAt = (known: KnownRun): string => ('run' in known ? known.run.header.startedAt : '');
  return [...found.values()].toSorted((a, b) => {
    const [left, right] = [startedAt(a), startedAt(b)];
    return left === right ? (a.path < b.path ? -1 : 1) : left < right ? 1 : -1;
  });
}

async function openKnown(path: string): Promise<KnownRun> {
  try {
    return { path, run: await RunDirectory.open(path) };
  } catch (cause) {
    return { path, fault: AssayError.from(cause) };
  }
}

/** The names in a folder; none where there is no folder, or it is somebody else's to look into. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return [];
    throw cause;
  }
}

/** Longer paths no system takes. */
const longestPath = 4096;

/** Where a note says that its run was made; absent in notes from before they said so. */
async function readPlace(note: string): Promise<string | undefined> {
  if ((await stat(note).catch(() => undefined))?.isFile() !== true) return undefined;
  const path = (await readFile(note, 'utf8').catch(() => '')).slice(0, longestPath);
  return isAbsolute(path) ? path : undefined;
}
