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

/** Who holds a lease, as far as the kernel tells us: the process of another user only root can see. */
export interface LeaseHolder {
  readonly uid: number | undefined;
  readonly pid: number | undefined;
}

/** The holder of the lease, found without a word to him; `undefined` when it is free. */
export async function findHolder(bootId: string): Promise<LeaseHolder | undefined> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n').map((line) => line.split(' '));
  const held = lines.filter((fields) => fields.at(-1) === `@assay-${bootId}`);
  const inodes = new Set(held.map((fields) => `socket:[${fields.at(-2) ?? ''}]`));
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const links = await Promise.all(
      (await tell(readdir(`/proc/${pid}/fd`), [])).map((fd) => tell(readlink(`/proc/${pid}/fd/${fd}`), '')),
    );
    if (!links.some((link) => inodes.has(link))) continue;
    const owner = await tell(stat(`/proc/${pid}`), undefined);
    return { uid: owner?.uid, pid: Number(pid) };
  }
  return { uid: undefined, pid: undefined };
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
