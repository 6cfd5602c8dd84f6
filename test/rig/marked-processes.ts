import { readdirSync, readFileSync } from 'node:fs';
import { isCode } from './is-code.ts';
import type { RigIdentity } from './rig-identity.ts';
import { waitUntil } from './wait-until.ts';

const idName = 'ASSAY_RIG';
const directoryName = 'ASSAY_RIG_DIRECTORY';

/** Environment of the processes that hold a rig's namespaces, by which they are found again. */
export const markOf = (rig: RigIdentity): Readonly<Record<string, string>> => ({
  [idName]: rig.id,
  [directoryName]: rig.directory,
});

/** Pids of the processes that hold this rig's namespaces: process 1 of each node, and what waits beside it. */
export function findMarked(id: string): readonly number[] {
  return listEnvironments()
    .filter(({ entries }) => entries.includes(`${idName}=${id}`))
    .map(({ pid }) => pid);
}

/** Ids of the rigs that run and were built in this directory, also when nothing is left of it. */
export function findRigsOf(directory: string): readonly string[] {
  const ids = listEnvironments()
    .filter(({ entries }) => entries.includes(`${directoryName}=${directory}`))
    .flatMap(({ entries }) => entries.find((entry) => entry.startsWith(`${idName}=`)) ?? [])
    .map((entry) => entry.slice(`${idName}=`.length));
  return [...new Set(ids)];
}

const listEnvironments = (): readonly { readonly pid: number; readonly entries: readonly string[] }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), entries: readProcFile(`${name}/environ`).split('\0') }));

/** Ends all of them. When process 1 of a PID namespace is gone, so is everything else in that namespace. */
export async function endMarked(id: string): Promise<void> {
  await waitUntil(`no process has ${idName}=${id}`, () => {
    const pids = findMarked(id);
    for (const pid of pids) kill(pid, 'SIGKILL');
    return pids.length === 0;
  });
}

/** Ends one process, and waits until the kernel has cleared it away. */
export async function endProcess(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  kill(pid, signal);
  await waitUntil(`process ${pid} is gone`, () => isGone(pid));
}

/** A zombie is gone: it has no memory, no files and no namespaces, and waits only for its parent. */
function isGone(pid: number): boolean {
  const status = readProcFile(`${pid}/status`);
  return status === '' || /^State:\tZ/m.test(status);
}

/** A file below /proc; empty when its process is gone, or closed even to root (some hosts guard their process 1). */
export function readProcFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch (cause) {
    if (isCode(cause, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return '';
    throw cause;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (!isCode(cause, 'ESRCH')) throw cause; // gone already: what was wanted
  }
}
