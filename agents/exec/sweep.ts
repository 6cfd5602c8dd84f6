import { readdir, readFile } from 'node:fs/promises';

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
  const marked = await Promise.all(
    entries.map(async (pid) => {
      const environment = await readEnviron(pid);
      return environment.some(
        (entry) => entry === `${markName}=${mark}` || entry.startsWith(`${markName}=${mark}/`),
      );
    }),
  );
  return entries.filter((_, index) => marked[index] === true).map(Number);
}

async function readEnviron(pid: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'EACCES', 'ESRCH', 'EPERM')) return [];
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
