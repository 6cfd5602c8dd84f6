import { randomBytes, randomInt } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isListenedTo, listenIn } from '../../agents/local-socket.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RunDirectory } from './run-directory.ts';
import { claimStateFolder } from './user-state.ts';

/** Holds a run for this process; let go of by `release` or, by the kernel, when the process ends. */
export interface RunLock {
  readonly release: () => Promise<void>;
}

/** Two that come at once each see the other and step back; then one is first. */
const mostTries = 3;

/**
 * Takes the right to write a run directory, or returns `undefined` when another process has it: two coordinators that
 * mirror one journal would write every line twice. Each shows itself by a socket of its own in a folder of this user,
 * before it looks for others, so that none can miss the other. A socket that nobody listens to is of one that died.
 */
export async function takeRunLock(
  stateHome: string,
  run: Pick<RunDirectory, 'headDigest'>,
): Promise<RunLock | undefined> {
  const folder = await claimStateFolder(stateHome, 'locks');
  const prefix = `${run.headDigest.slice(0, 32)}.`;
  for (let tries = 1; ; tries += 1) {
    const own = `${prefix}${randomBytes(8).toString('hex')}`;
    const socket = await listenIn(folder, own, (visitor) => visitor.destroy());
    if (!(await areOthersThere(folder, own, prefix))) return { release: socket.close };
    await socket.close();
    if (tries === mostTries) return undefined;
    await sleep(randomInt(50, 150));
  }
}

/** The same where nothing can be done without it. */
export async function requireRunLock(stateHome: string, run: RunDirectory): Promise<RunLock> {
  const lock = await takeRunLock(stateHome, run);
  if (lock !== undefined) return lock;
  throw new AssayError(
    'LEASE_HELD',
    `expected to be the only one at work on run ${run.header.id}, found another assay process of yours on it`,
    { hint: `Wait for it, or stop it with: assay stop ${run.called}` },
  );
}

/** A socket of another run may be just about to be listened to: what died there is removed when it has lain for a day. */
const oldMs = 24 * 3600 * 1000;

/** Does a process listen to another socket of this run? Those that nobody listens to are removed. */
async function areOthersThere(folder: string, own: string, prefix: string): Promise<boolean> {
  const { mtimeMs: nowMs } = await stat(join(folder, own));
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const isOfThisRun = name.startsWith(prefix);
      if (name === own || !(isOfThisRun || nowMs - (await madeMs(folder, name)) > oldMs)) return false;
      if (await isListenedTo(folder, name)) return isOfThisRun;
      await rm(join(folder, name), { force: true });
      return false;
    }),
  );
  return found.includes(true);
}

/** When a socket was made; one that has just gone is as good as new. */
async function madeMs(folder: string, name: string): Promise<number> {
  try {
    return (await stat(join(folder, name))).mtimeMs;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return Infinity;
    throw cause;
  }
}
