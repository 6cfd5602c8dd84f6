import type { Logger } from 'pino';

/** Says what went wrong, for whoever looks into the directory of a run on its node. */
export type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/**
 * A log of lines of JSON, in a file that is made with the first: most keepers have nothing to say, and none of them loads a
 * logger for it (5 ms of CPU on every node). What cannot be written down is lost, and nothing else is.
 */
export function createLog(file: string): Log {
  let opened: Promise<Logger> | undefined;
  return (fields, message) => {
    opened ??= open(file);
    opened.then(
      (logger) => logger.error(fields, message),
      (cause: unknown) => {
        if (!(cause instanceof Error && 'code' in cause)) throw cause;
      },
    );
  };
}

async function open(file: string): Promise<Logger> {
  const { pino } = await import('pino');
  const destination = pino.destination({ dest: file, mode: 0o600, sync: true });
  // A full disk, or a run that was removed: what is being done counts more than a note of it.
  destination.on('error', () => undefined);
  return pino({ base: null }, destination);
}
