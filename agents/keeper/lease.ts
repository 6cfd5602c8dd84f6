import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * The lease on a node is an abstract socket named after its boot: one owner per network namespace across all
 * users, released by the kernel when the owner dies, no file to go stale. It is the keeper's only door too.
 */
export const leaseName = (bootId: string): string => `\0assay-${bootId}`;

/** Takes the lease and serves it, or returns `undefined` when somebody holds it. */
export async function takeLease(
  bootId: string,
  onConnection: (socket: Socket) => void,
): Promise<Server | undefined> {
  const server = createServer(onConnection);
  server.listen(leaseName(bootId));
  try {
    await once(server, 'listening');
    return server;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw cause;
  }
}

/** Connects to the lease's holder, or returns `undefined` when nobody holds it. */
export async function connectLease(bootId: string): Promise<Socket | undefined> {
  const socket = connect(leaseName(bootId));
  try {
    await once(socket, 'connect');
    return socket;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED') return undefined;
    throw cause;
  }
}
