import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { LocalSocket } from '../local-socket.ts';
import { connectIn, listenIn } from '../local-socket.ts';

/** The keeper's door: a socket in the run's own directory (0700), so that only this user and root can knock. */
const doorName = 'door';

/** Opens the door of a run. Only for who holds the lease: what a killed keeper left there is removed. */
export async function openDoor(
  directory: string,
  onConnection: (socket: Socket) => void,
): Promise<LocalSocket> {
  await rm(join(directory, doorName), { force: true });
  return listenIn(directory, doorName, onConnection);
}

/** Connects to the keeper of a run; `undefined` when none is at its door, or the run was removed meanwhile. */
export const connectDoor = (directory: string): Promise<Socket | undefined> => connectIn(directory, doorName);
