import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { median } from '../../harness/stats/median.ts';

/** Round trips between the two of a delay that is long against all that is computed. */
const delaysMs = [0, 300] as const;
const rounds = 3;

/**
 * Counts how often a client waits for the other side: the seconds that one round trip's delay adds, divided by that delay.
 * The way there and the way back are delayed by half each in a relay. Bytes on their way are not limited, so that TCP's slow start is not part of it; the windows of SSH are.
 */
export async function countRoundTrips(
  to: { readonly host: string; readonly port: number },
  listen: { readonly host: string; readonly port: number },
  act: () => Promise<number>,
): Promise<number> {
  const seconds = [];
  for (const delayMs of delaysMs) {
    const relay = await startRelay(to, listen, delayMs);
    const taken = [];
    for (let round = 0; round < rounds; round += 1) taken.push(await act());
    seconds.push(median(taken));
    await relay.close();
  }
  const [without = 0, withDelay = 0] = seconds;
  return ((withDelay - without) * 1000) / (delaysMs[1] - delaysMs[0]);
}

/**
 * Listens for another server and holds back what goes to it and what comes from it, half of a round trip each. It answers TCP's
 * own handshake itself, and makes up for that before it says anything.
 */
export async function startRelay(
  to: { readonly host: string; readonly port: number },
  listen: { readonly host: string; readonly port: number },
  roundTripMs: number,
): Promise<{ readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const join = (near: Socket): void => {
    const far = connect({ ...to, noDelay: true });
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => setTimeout(() => into.write(chunk), roundTripMs / 2));
      from.on('end', () => setTimeout(() => into.end(), roundTripMs / 2));
      from.on('error', () => into.destroy());
    }
  };
  const server = createServer({ noDelay: true }, (near) => {
    near.on('error', () => near.destroy()); // a client that did not wait
    setTimeout(() => join(near), roundTripMs);
  });
  await new Promise<void>((resolve) => server.listen(listen.port, listen.host, resolve));
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
