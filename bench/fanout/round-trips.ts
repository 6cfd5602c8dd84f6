import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { median } from '../../harness/stats/median.ts';

/** Round trips between the two of a delay that is long against all that is computed. */
const delaysMs = [0, 300] as const;
const rounds = 3;

/**
 * Counts how often a client waits for the other side: the seconds that one round trip's delay adds, divided by that delay.
 * The way there and the way back are delayed by half each in a proxy, which answers TCP's own handshake itself: that one
 * is added. Bytes on their way are not limited, so that TCP's slow start is not part of it; the windows of SSH are.
 */
export async function countRoundTrips(
  to: { readonly host: string; readonly port: number },
  listen: { readonly host: string; readonly port: number },
  act: () => Promise<number>,
): Promise<number> {
  const seconds = [];
  for (const delayMs of delaysMs) {
    const proxy = await startProxy(to, listen, delayMs / 2);
    const taken = [];
    for (let round = 0; round < rounds; round += 1) taken.push(await act());
    seconds.push(median(taken));
    await proxy.close();
  }
  const [without = 0, withDelay = 0] = seconds;
  return 1 + ((withDelay - without) * 1000) / (delaysMs[1] - delaysMs[0]);
}

async function startProxy(
  to: { readonly host: string; readonly port: number },
  listen: { readonly host: string; readonly port: number },
  delayMs: number,
): Promise<{ readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ ...to, noDelay: true });
    const pairs = [
      [near, far],
      [far, near],
    ] as const;
    for (const [from, into] of pairs) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => setTimeout(() => into.write(chunk), delayMs));
      from.on('end', () => setTimeout(() => into.end(), delayMs));
      from.on('error', () => into.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(listen.port, listen.host, resolve));
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
