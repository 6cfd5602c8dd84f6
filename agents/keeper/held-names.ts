import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/**
 * Names that processes of this machine hold as abstract sockets: one owner per network namespace across all users,
 * released by the kernel when the owner dies, no file to go stale. Anybody can take one and everybody sees it, so nothing is
 * said to whoever holds it, and nothing believed from him.
 */

/** Takes a name, or returns `undefined` when somebody holds it. Who connects to it is dropped. */
export async function holdName(name: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0${name}`);
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw cause;
  }
}

/** Every name that somebody holds here, with the inode of the socket that holds it. */
export async function listHeldNames(): Promise<readonly { readonly name: string; readonly inode: string }[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n').map((line) => line.split(' '));
  return lines.flatMap((fields) => {
    const [inode = '', name = ''] = fields.slice(-2);
    return name.startsWith('@') ? [{ name: name.slice(1), inode }] : [];
  });
}
