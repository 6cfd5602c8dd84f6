import { once } from 'node:events';
import { createServer } from 'node:net';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Holds a run directory for this process; released by `release` or, by the kernel, when the process ends. */
export interface RunLock {
  readonly release: () => void;
}

/**
 * Takes the right to write a run directory, or returns `undefined` when another process has it: two coordinators
 * that mirror one journal would write every line twice. An abstract socket leaves nothing behind.
 */
export async function takeRunLock(run: string): Promise<RunLock | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0assay-coordinator-${run}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return undefined;
    throw cause;
  }
  server.unref();
  return { release: () => void server.close() };
}

/** The same where nothing can be done without it. */
export async function requireRunLock(run: string): Promise<RunLock> {
  const lock = await takeRunLock(run);
  if (lock !== undefined) return lock;
  throw new AssayError(
    'LEASE_HELD',
    `expected to be the only one at work on run ${run}, found another assay process on it`,
    {
      hint: `Wait for it, or stop it with: assay stop ${run}`,
    },
  );
}
