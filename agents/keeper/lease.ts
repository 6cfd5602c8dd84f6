import { once } from 'node:events';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/**
 * The lease on a node is an abstract socket named after its boot: one owner per network namespace across all users,
 * released by the kernel when the owner dies, no file to go stale. Anybody can take the name, so it is a lock and no more:
 * nothing is said to whoever holds it, and nothing believed from him.
 */
export const leaseName = (bootId: string): string => `\0assay-${bootId}`;

/** Takes the lease, or returns `undefined` when somebody holds it. Who connects to it is dropped. */
export async function takeLease(bootId: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(leaseName(bootId));
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw cause;
  }
}

/** Sockets that hold a lease, as /proc shows them among the files of a process; none when it is free. */
export type LeaseSockets = ReadonlySet<string>;

/** What holds the lease, found without a word to it. */
export async function findLease(bootId: string): Promise<LeaseSockets> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n').map((line) => line.split(' '));
  const held = lines.filter((fields) => fields.at(-1) === `@assay-${bootId}`);
  return new Set(held.map((fields) => `socket:[${fields.at(-2) ?? ''}]`));
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
