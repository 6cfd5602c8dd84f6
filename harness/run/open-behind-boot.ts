import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** A boot of a large machine takes a quarter of an hour, and somebody has to begin it. */
const patienceMs = 3_600_000;

/**
 * Opens a node as soon as it has left the boot that it has to leave, for an hour; until then it is down now and then. A try can
 * take as long as a connection does, so it is the time that is counted.
 */
export async function openBehindBoot<T>(
  open: () => Promise<T>,
  {
    onAwaited,
    signal,
    pauseMs = 5_000,
    monotonicMs = () => performance.now(),
  }: {
    /** The node has not left it yet; said once. */
    readonly onAwaited: () => void;
    readonly signal: AbortSignal;
    readonly pauseMs?: number;
    readonly monotonicMs?: () => number;
  },
): Promise<T> {
  const endMs = monotonicMs() + patienceMs;
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (cause) {
      const { code } = AssayError.from(cause);
      const isAway = code === 'NOT_REBOOTED' || code === 'HOST_UNREACHABLE' || code === 'AGENT_LOST';
      if (!isAway || monotonicMs() >= endMs) throw cause;
      if (tries === 0) onAwaited();
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
