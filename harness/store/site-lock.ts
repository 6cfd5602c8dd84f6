import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../agents/protocol/chain.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RunLock } from './run-lock.ts';
import { takeRunLock } from './run-lock.ts';
import { claimStateFolder } from './user-state.ts';

/** Which nights are those of one site: a digest of where their index is. */
export const siteOf = (database: string): string => sha256(database).slice(0, 16);

/** Longer words about who holds it nobody wrote. */
const mostWords = 200;

/**
 * The right to measure the nights of a site, for one process at a time; who has it stands beside it in a few words. Throws LEASE_HELD
 * with these words while another process has it.
 */
export async function requireSiteLock(stateHome: string, site: string, owner: string): Promise<RunLock> {
  const note = join(await claimStateFolder(stateHome, 'history'), `${site}.owner`);
  const lock = await takeRunLock(stateHome, { headDigest: sha256(`night of ${site}`) });
  if (lock === undefined) {
    const words = (await readFile(note, 'utf8').catch(() => 'it does not say who')).slice(0, mostWords);
    throw new AssayError('LEASE_HELD', `expected no other night of this site at work, found one (${words})`, {
      hint: 'Wait for it: two would measure each other. Its run can be stopped with: assay stop RUN',
    });
  }
  await writeFile(note, owner, { mode: 0o600 });
  return {
    release: async () => {
      await rm(note, { force: true });
      await lock.release();
    },
  };
}
