import { runAssay } from './run-assay.ts';

/**
 * How long a command that does nothing takes here now, in milliseconds: what is promised of the product is promised of a machine
 * that has nothing else to do, and the rest of it is this machine's.
 */
export async function ownTimeMs(cwd: string): Promise<number> {
  const begun = performance.now();
  await runAssay(['--version'], { cwd });
  return performance.now() - begun;
}

/** So many times as much of this machine's own time may be in what another command takes beside that. */
export const ownTimes = 8;
