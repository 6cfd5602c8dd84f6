/** Lets a bounded number of holders in at a time; the others wait in order. */
export interface Gate {
  /** Resolves with the function that gives the place back. Rejects when `signal` is aborted first. */
  readonly enter: (signal?: AbortSignal) => Promise<() => void>;
}

/**
 * A gate for handshakes. Not sessions but handshakes in flight are bounded: each is milliseconds of CPU in one piece,
 * so hundreds at once run into each other's deadlines, and sshd drops what exceeds its MaxStartups (10 by default).
 */
export function createHandshakeGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };
  const once = (): (() => void) => {
    let isInside = true;
    return () => {
      if (isInside) leave();
      isInside = false;
    };
  };
  return {
    enter: (signal) => {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return Promise.resolve(once());
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(proceed);
          reject(signal?.reason as Error);
        };
        const proceed = (): void => {
          waiting.delete(proceed);
          signal?.removeEventListener('abort', onAbort);
          resolve(once());
        };
        waiting.add(proceed);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
