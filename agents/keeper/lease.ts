import { readdir, readlink, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { holdName, listHeldNames } from './held-names.ts';

/** The lease on a node is a name made of its boot, which one process at a time can hold: a lock and no more. */
export const leaseName = (bootId: string): string => `assay-${bootId}`;

/** Takes the lease, or returns `undefined` when somebody holds it. */
export const takeLease = (bootId: string): Promise<Server | undefined> => holdName(leaseName(bootId));

/** Sockets that hold a lease, as /proc shows them among the files of a process; none when it is free. */
export type LeaseSockets = ReadonlySet<string>;

/** What holds the lease, found without a word to it. */
export async function findLease(bootId: string): Promise<LeaseSockets> {
  const held = (await listHeldNames()).filter(({ name }) => name === leaseName(bootId));
  return new Set(held.map(({ inode }) => `socket:[${inode}]`));
}

/** Whose process holds a lease; `undefined` where the kernel does not tell us: of other users it tells root alone. */
export async function findHolder(
  lease: LeaseSockets,
): Promise<{ readonly uid: number; readonly pid: number } | undefined> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const links = await Promise.all(
      (await tell(readdir(`/proc/${pid}/fd`), [])).map((fd) => tell(readlink(`/proc/${pid}/fd/${fd}`), '')),
    );
    if (!links.some((link) => lease.has(link))) continue;
    const owner = await tell(stat(`/proc/${pid}`), undefined);
    return owner && { uid: owner.uid, pid: Number(pid) };
  }
  return undefined;
}

/** What is asked of a process that may be gone or not ours to look at. */
async function tell<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && untold.has(String(cause.code))) return otherwise;
    throw cause;
  }
}

const untold: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH', 'EINVAL']);
