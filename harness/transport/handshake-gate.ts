/** A place inside, given back once. */
export interface Place {
  readonly leave: () => void;
  /** The server dropped the connection before it said anything, as sshd does beyond its MaxStartups. */
  readonly dropped: () => void;
}

/** Lets a bounded number of handshakes in at a time; the others wait in order. */
export interface Gate {
  /** Resolves when there is a place for one more at this server. Rejects when `signal` is aborted first. */
  readonly enter: (server: string, signal?: AbortSignal) => Promise<Place>;
}

/** How many may be inside: `most` to begin with, and half as many after every drop, down to `least`. */
interface Width {
  readonly most: number;
  readonly least: number;
}

/**
 * A gate for handshakes. Not sessions but handshakes in flight are bounded: each is milliseconds of CPU in one piece,
 * so hundreds at once run into each other's deadlines, and sshd drops what exceeds its MaxStartups (10 by default, sshd_config(5)).
 * A drop also narrows the whole gate: many addresses may be one server.
 */
export function createHandshakeGate(widths: { readonly all: Width; readonly server: Width }): Gate {
  const all = createCount(widths.all);
  const servers = new Map<string, Count>();
  const countOf = (server: string): Count => {
    const count = servers.get(server) ?? createCount(widths.server);
    servers.set(server, count);
    return count;
  };
  const waiting = new Set<{ readonly server: string; readonly proceed: () => void }>();
  const admit = (): void => {
    for (const each of waiting) {
      if (!all.hasRoom()) return;
      if (!countOf(each.server).hasRoom()) continue;
      waiting.delete(each);
      each.proceed();
    }
  };
  const take = (server: string): Place => {
    const counts = [all, countOf(server)];
    for (const count of counts) count.inside += 1;
    let isInside = true;
    return {
      leave: () => {
        if (!isInside) return;
        isInside = false;
        for (const count of counts) count.inside -= 1;
        admit();
      },
      dropped: () => {
        for (const count of counts) count.narrow();
      },
    };
  };
  return {
    enter: (server, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = (): void => {
          waiting.delete(waiter);
          reject(signal?.reason as Error);
        };
        const waiter = {
          server,
          proceed: (): void => {
            signal?.removeEventListener('abort', onAbort);
            resolve(take(server));
          },
        };
        waiting.add(waiter);
        signal?.addEventListener('abort', onAbort, { once: true });
        admit();
      }),
  };
}

interface Count {
  inside: number;
  readonly hasRoom: () => boolean;
  readonly narrow: () => void;
}

function createCount({ most, least }: Width): Count {
  let width = most;
  const count = {
    inside: 0,
    hasRoom: () => count.inside < width,
    narrow: () => {
      width = Math.max(least, Math.floor(width / 2));
    },
  };
  return count;
}
