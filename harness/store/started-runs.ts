import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDirectory } from './run-directory.ts';
import { claimStateFolder, stateFolder } from './user-state.ts';

/** Far more runs than anybody goes on with: of so many the quarter that was not used for longest is forgotten. */
const mostNotes = 4096;

/**
 * Which runs a user started here: for each a note of the digest of its header, which has a nonce and names the inventory.
 * Whoever sends a directory cannot make one, and a directory that its owner moves or copies keeps its own. What stands in a
 * note is where the run was made, for who looks for it.
 */
export async function noteRun(stateHome: string, run: RunDirectory): Promise<void> {
  const folder = await claimStateFolder(stateHome, 'runs');
  await forgetOldest(folder);
  await writeFile(join(folder, run.headDigest), run.path, { mode: 0o600 });
}

/** Where the note of a run is, if there is one. */
export const noteOf = (stateHome: string, run: RunDirectory): string =>
  join(stateFolder(stateHome, 'runs'), run.headDigest);

/** Whether this user started the run here. A note that is asked for is used. */
export async function hasStarted(stateHome: string, run: RunDirectory, now: Date): Promise<boolean> {
  const note = join(await claimStateFolder(stateHome, 'runs'), run.headDigest);
  try {
    await utimes(note, now, now);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
    throw cause;
  }
}

/** Forgets a run that never began. */
export async function forgetRun(stateHome: string, run: RunDirectory): Promise<void> {
  await rm(join(await claimStateFolder(stateHome, 'runs'), run.headDigest), { force: true });
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length < mostNotes) return;
  const notes = await Promise.all(
    names.map(async (name) => {
      // Another run that begins may have forgotten it just now.
      const found = await stat(join(folder, name)).catch(() => undefined);
      return { name, usedMs: found?.mtimeMs ?? 0 };
    }),
  );
  const oldest = notes.toSorted((a, b) => a.usedMs - b.usedMs).slice(0, mostNotes / 4);
  await Promise.all(oldest.map(({ name }) => rm(join(folder, name), { force: true })));
}
