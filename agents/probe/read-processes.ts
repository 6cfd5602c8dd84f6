import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { systemErrorCode } from './probe-failure.ts';

/** Names of all processes that we may see (`comm`, at most 15 characters) and how many have each. */
export async function readProcesses(): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const name = processName(pid);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function processName(pid: string): string | undefined {
  try {
    // At most 16 bytes, which the kernel has at hand: waiting for each of thousands would cost far more.
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch (cause) {
    // It ended between the listing and the reading.
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw cause;
  }
}
