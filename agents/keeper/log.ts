import { appendFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';

/** Says what went wrong, for whoever looks into the directory of a run on its node. */
export type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** A log of lines of JSON, in a file that is made with the first. */
export function createLog(file: string, clock: Clock): Log {
  return (fields, message) => {
    const line = JSON.stringify({ time: clock.now().toISOString(), ...fields, msg: message });
    try {
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch (cause) {
      // A full disk, or a run that was removed: what is being done counts more than a note of it.
      if (!(cause instanceof Error && 'code' in cause)) throw cause;
    }
  };
}
