import type { Server } from 'node:net';
import { Beacon } from '../protocol/messages.ts';
import { holdName, listHeldNames } from './held-names.ts';

const prefix = 'assay-beacon-';

/**
 * Holds the name that the coordinator gave to this node alone, for every agent of this machine to see, whichever user's:
 * whoever can name it is where this keeper is. `undefined` when it is held already, and so is seen all the same.
 */
export const showBeacon = (beacon: string): Promise<Server | undefined> => holdName(`${prefix}${beacon}`);

/** What is held as a beacon on this machine: those of its keepers, and whatever else somebody may call one. */
export async function seeBeacons(): Promise<readonly string[]> {
  const names = (await listHeldNames()).filter(({ name }) => name.startsWith(prefix));
  const seen = names.map(({ name }) => name.slice(prefix.length));
  return [...new Set(seen)].filter((each) => Beacon.safeParse(each).success);
}
