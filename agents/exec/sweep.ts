import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Environment variable that every process of a step carries and hands to its children. */
export const markName = 'ASSAY_STEP';

/**
 * Kills every process of this user that carries `mark` (a run, or `<run>/<step>`) and returns how many were found.
 * Process groups are not enough: setsid and double forks leave the group, but they keep their environment. A process
 * that clears its environment or changes its user escapes. Only what sudo starts does, and root ends that: it is given its
 * time (workloads/kit/privilege.ts).
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

/** Kills the processes of `mark` that bear a name (`prctl`); returns how many there were, and the names of all. */
export async function killNamed(
  mark: string,
  name: string,
): Promise<{ readonly killed: number; readonly names: readonly string[] }> {
  const pids = await findMarked(mark);
  const names = (await Promise.all(pids.map((pid) => readProcess(String(pid), 'comm')))).map((each) =>
    each.trim(),
  );
  const named = pids.filter((_, index) => names[index] === name);
  for (const pid of named) kill(pid);
  return { killed: named.length, names };
}

/**
 * Pids of processes of this user whose environment holds `ASSAY_STEP=<mark>` or a step below it. Zombies have no
 * environment. Anybody can give his own processes the mark, which is no secret: those are no concern of ours.
 */
export async function findMarked(mark: string): Promise<readonly number[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // An entry ends with a zero byte, and the first one begins without: with one put before it, each is between two.
  const entry = `\0${markName}=${mark}`;
  const late = sleep(readMs, '', { ref: false });
  const environments = await Promise.all(
    entries.map((pid) => Promise.race([readProcess(pid, 'environ'), late])),
  );
  const marked = entries.filter((_, index) => {
    const environment = `\0${environments[index] ?? ''}`;
    return environment.includes(`${entry}\0`) || environment.includes(`${entry}/`);
  });
  const uid = String(process.getuid?.());
  const uids = await Promise.all(marked.map(async (pid) => realUid(await readProcess(pid, 'status'))));
  return marked.filter((_, index) => uids[index] === uid).map(Number);
}

/** Whose process it is, whatever rights the program that it runs has: a set-user-ID program of somebody else is his. */
const realUid = (status: string): string | undefined => /^Uid:\t(\d+)\t/m.exec(status)?.[1];

/** Reading waits for a process that the kernel holds in its memory (a dying drive); that one could not be killed either. */
const readMs = 5_000;

async function readProcess(pid: string, file: 'environ' | 'status' | 'comm'): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'latin1');
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
