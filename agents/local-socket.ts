import { once } from 'node:events';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A socket in a directory that answers until it is closed. */
export interface LocalSocket {
  /** No more connections, and the socket is removed. Resolves when all connections have ended. */
  readonly close: () => Promise<void>;
}

// A socket's path has at most 107 bytes, and the agent's directories may be deeper: the open directory is a short way.
const openFolder = (directory: string): Promise<FileHandle> =>
  open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
const pathIn = ({ fd }: FileHandle, name: string): string => `/proc/self/fd/${fd}/${name}`;

/** Listens on a new socket in a directory, however deep that is. */
export async function listenIn(
  directory: string,
  name: string,
  onConnection: (socket: Socket) => void,
): Promise<LocalSocket> {
  const folder = await openFolder(directory);
  const server = createServer(onConnection);
  try {
    server.listen(pathIn(folder, name));
    await once(server, 'listening');
  } catch (cause) {
    await folder.close();
    throw cause;
  }
  return {
    close: async () => {
      // Node removes the socket by the path that it was made by, so the directory stays open until then.
      await new Promise((resolve) => server.close(resolve));
      await folder.close();
    },
  };
}

/** Whether a process listens to a socket in a directory; what it left when it died does not count. */
export async function isListenedTo(directory: string, name: string): Promise<boolean> {
  await using folder = await openFolder(directory);
  const socket = connect(pathIn(folder, name));
  return await new Promise<boolean>((resolve, reject) => {
    socket.on('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED') resolve(false);
      // It has just stopped.
      else if (cause.code === 'ECONNRESET') resolve(true);
      else reject(cause);
    });
  });
}

/** Connects to a socket in a directory; `undefined` when nobody listens there, or one of the two is gone. */
export async function connectIn(directory: string, name: string): Promise<Socket | undefined> {
  try {
    await using folder = await openFolder(directory);
    const socket = connect(pathIn(folder, name));
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
