import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** Environment variable that every process of a step carries and hands to its children. */
export const markName = 'ASSAY_STEP';

/**
 * Kills every process that carries `mark` (a run, or `<run>/<step>`) and returns how many were found. Process
 * groups are not enough: setsid and double forks leave the group, but they keep their environment. A process that
 * clears its environment or changes its user escapes; no tool here does.
 */
export async function sweep(mark: string): Promise<number> {
  let found = 0;
  for (let round = 0; round < 20; round += 1) {
    const pids = await findMarked(mark);
    if (pids.length === 0) return found;
    found = Math.max(found, pids.length);
    for (const pid of pids) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return found;
}

/** Pids whose environment holds `ASSAY_STEP=<mark>` or a step below it. Zombies have no environment. */
export async function findMarked(mark: string): Promise<readonly number[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // An entry ends with a zero byte, and the first one begins without: with one put before it, each is between two.
  const entry = `\0${markName}=${mark}`;
  return entries
    .filter((pid) => {
      const environment = `\0${readEnviron(pid)}`;
      return environment.includes(`${entry}\0`) || environment.includes(`${entry}/`);
    })
    .map(Number);
}

/** At once, not by a thread: the kernel answers from memory, and this is done for every process of the machine. */
function readEnviron(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'EACCES', 'ESRCH', 'EPERM')) return '';
    throw cause;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (!isCode(cause, 'ESRCH', 'EPERM')) throw cause;
  }
}

const isCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.some((code) => cause.code === code);
