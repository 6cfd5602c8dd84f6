import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connectDoor, openDoor } from '../../../../agents/keeper/door.ts';
import { createGreeter, greetLimits } from '../../../../agents/keeper/greet.ts';
import { Answer, createChallenge, prove } from '../../../../agents/keeper/handshake.ts';
import type { Keeper } from '../../../../agents/keeper/keeper.ts';
import type { Link } from '../../../../agents/keeper/link.ts';
import { answer } from '../../../../agents/keeper/serve.ts';
import { encodeLine } from '../../../../agents/protocol/framing.ts';
import type { ToAgent } from '../../../../agents/protocol/messages.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const node = {
  run: 'run',
  node: 'n',
  head: 'a'.repeat(64),
  from: { records: 0, head: 'a'.repeat(64) },
  bootId: 'b',
  bundle: 'b',
  beacon: 'b'.repeat(32),
  token: 't'.repeat(64),
};

/** A door behind which each message is answered as a keeper does, and a coordinator that has proven itself there. */
async function proven(handle: (message: ToAgent, link: Link) => Promise<void>) {
  const directory = temporaryDirectory();
  const keeper = { attach: () => undefined, heard: () => undefined, handle } as unknown as Keeper; // what is asked of it here
  const served: Socket[] = [];
  const greet = createGreeter(greetLimits);
  const door = await openDoor(directory, (socket) => {
    served.push(socket.on('error', () => undefined));
    answer(socket, keeper, node, greet);
  });
  const client = (await connectDoor(directory)) as Socket; // the door is open
  onTestFinished(() => {
    for (const socket of [client, ...served]) socket.destroy();
    void door.close();
  });
  client.on('error', () => undefined).write(encodeLine({ run: node.run, challenge: createChallenge() }));
  const [said] = (await once(client, 'data')) as [Buffer];
  const { challenge } = Answer.parse(JSON.parse(String(said)));
  client.pause().write(encodeLine({ proof: prove(node.token, 'bridge', challenge) }));
  return { client, server: served[0] as Socket }; // it has answered
}

const ping = encodeLine({ type: 'ping' });
const fetch = encodeLine({ type: 'fetch', path: 'steps/facts/exit.json' });
const most = 8 * 1024 * 1024;

it.each([
  ['signs of life', ping.repeat(10_000), (_: ToAgent, link: Link) => link.send({ type: 'pong' })],
  ['files', fetch.repeat(5_000), () => new Promise<void>(() => undefined)],
] as const)('does not read whoever asks for %s and reads nothing', async (_, asked, handle) => {
  const { client, server } = await proven(handle);
  client.write(encodeLine({ type: 'ping' }));
  for (let count = 0; count < 100; count += 1) client.write(asked);
  let before = -1;
  // Until it is read no further.
  while (server.bytesRead > before) {
    before = server.bytesRead;
    await sleep(200);
  }
  expect(server.bytesRead).toBeLessThan(most);
  expect(server.writableLength).toBeLessThan(most);
  expect(client.writableLength).toBeGreaterThan(most);
});
