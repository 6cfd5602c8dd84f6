import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** The keeper's door: a socket in the run's own directory (0700), so that only this user and root can knock. */
const doorName = 'door';

export interface Door {
  readonly close: () => void;
}

/** Opens the door of a run. Only for who holds the lease: what a killed keeper left there is removed. */
export async function openDoor(directory: string, onConnection: (socket: Socket) => void): Promise<Door> {
  await rm(join(directory, doorName), { force: true });
  // A socket's path has at most 107 bytes, and a state directory may be deeper: the open directory is a short way.
  const folder = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const server: Server = createServer(onConnection);
  server.listen(`/proc/self/fd/${folder.fd}/${doorName}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    await folder.close();
    throw cause;
  }
  // Node removes the socket by the path that it was made by, so the directory stays open until then.
  server.once('close', () => void folder.close());
  return { close: () => void server.close() };
}

/** Connects to the keeper of a run; `undefined` when none is at its door, or the run was removed meanwhile. */
export async function connectDoor(directory: string): Promise<Socket | undefined> {
  try {
    await using folder = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    const socket = connect(`/proc/self/fd/${folder.fd}/${doorName}`);
    await once(socket, 'connect');
    return socket;
  } catch (cause) {
    if (
      cause instanceof Error &&
      'code' in cause &&
      (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED')
    )
      return undefined;
    throw cause;
  }
}
