import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askAsics } from '../../harness/asics/ask-asics.ts';
import { askCgminer } from '../../harness/asics/ask-cgminer.ts';
import type { AsicAnswer } from '../../reports/verdict/asic-answer.ts';
import recorded from '../fixtures/asics/cgminer-4.11.1.json' with { type: 'json' };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** An ASIC that does this when it is asked something; returns where it listens. */
async function listen(answer: (socket: Socket, asked: string) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data: Buffer) => answer(socket, data.toString()));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const whyNot = async (host: string, deadlineMs = 300): Promise<string> => {
  const answer = await askCgminer(host, deadlineMs);
  return 'unknown' in answer ? answer.unknown : 'it answered';
};

describe('the interface of an ASIC', () => {
  it('is asked three things that only read, each on a connection of its own', async () => {
    const asked: string[] = [];
    const host = await listen((socket, text) => {
      asked.push(text);
      const { command } = JSON.parse(text) as { command: keyof typeof recorded };
      socket.end(recorded[command]);
    });
    expect(await askCgminer(host, 2000)).toMatchObject({ firmware: 'CGMiner 4.11.1', elapsedSeconds: 2 });
    expect(asked).toEqual(
      ['version', 'summary', 'stats'].map((command) => `{"command":"${command}","parameter":""}`),
    );
  });

  it('is believed without the byte that ends a reply, and is not waited for when it is slow', async () => {
    const open = await listen((socket, text) => {
      const { command } = JSON.parse(text) as { command: keyof typeof recorded };
      socket.end(recorded[command].replace('\0', ''));
    });
    expect(await whyNot(open)).toBe('it answered');
    const slow = await listen((socket) => socket.write('{"STATUS"'));
    expect(await whyNot(slow, 100)).toBe('version: no end of its answer, of which 9 bytes came within 0.1 s');
    const silent = await listen(() => undefined);
    expect(await whyNot(silent, 100)).toBe('version: no answer within 0.1 s');
  });

  it('is left when it never ends, hangs up, talks of something else, or is not there', async () => {
    const flood = Buffer.alloc(64 * 1024, 'x');
    const endless = await listen((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(flood));
      };
      socket.on('drain', more);
      more();
    });
    expect(await whyNot(endless, 5000)).toBe('version: more than 262144 bytes');
    expect(await whyNot(await listen((socket) => socket.end()))).toBe(
      'version: it hung up without an answer',
    );
    expect(await whyNot(await listen((socket) => socket.end('\xff\0\xfe')))).toContain('expected JSON');
    expect(await whyNot('127.0.0.1:1')).toBe('version: it cannot be reached: ECONNREFUSED');
  });

  it('is asked only where the inventory says how', async () => {
    const host = await listen((socket, text) => {
      const { command } = JSON.parse(text) as { command: keyof typeof recorded };
      socket.end(recorded[command]);
    });
    const said = new Map<string, AsicAnswer>();
    await askAsics(
      [
        { name: 'a', api: 'cgminer', host },
        { name: 'b', host },
      ],
      async (name, answer) => {
        said.set(name, answer);
        return Promise.resolve();
      },
    );
    expect([...said.keys()]).toEqual(['a']);
  });
});
