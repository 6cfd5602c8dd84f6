import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKeptBatch } from './repair.ts';

/** Where steps write. A directory that was named must exist; only our own is made. */
export async function makeScratch(runDirectory: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const own = join(runDirectory, 'scratch');
  await mkdir(own, { recursive: true, mode: 0o700 });
  return own;
}

/** A killed keeper cannot clean up, so the next one does: only names of this run, only in the directory that the last batch used. */
export async function removeScratch(runDirectory: string, run: string): Promise<void> {
  const kept = await loadKeptBatch(runDirectory);
  if (kept === undefined) return;
  const names = await readdir(kept.scratch).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  });
  for (const name of names) {
    if (name.startsWith(`assay-${run}-`))
      await rm(join(kept.scratch, name), { recursive: true, force: true });
  }
}
