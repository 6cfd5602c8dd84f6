import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLaunchDoor } from '../../../../agents/exec/launch-door.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const request = (...words: readonly string[]): Buffer =>
  Buffer.concat([
    number(words.length),
    ...words.flatMap((word) => [number(Buffer.byteLength(word)), Buffer.from(word)]),
  ]);

/** A directory whose path alone is longer than a socket's path may be. */
function longDirectory(): string {
  const path = join(temporaryDirectory(), 'a'.repeat(100), 'b'.repeat(100));
  mkdirSync(path, { recursive: true });
  return path;
}

/** Knocks as a launcher does, from inside the directory, and returns exit code and text. */
async function knock(directory: string, parts: readonly Buffer[]): Promise<readonly [number, string]> {
  const before = cwd();
  chdir(directory);
  const socket = connect('launch');
  chdir(before);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined); // of one that is not let in
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) socket.write(part);
  await closed;
  const answer = Buffer.concat(chunks);
  return answer.length < 8
    ? [-1, '']
    : [answer.readUInt32BE(0), answer.toString('utf8', 8, 8 + answer.readUInt32BE(4))];
}

async function open(
  onLaunch: Parameters<typeof openLaunchDoor>[2],
  most = 100,
): Promise<{ readonly directory: string; readonly close: () => Promise<void> }> {
  const directory = longDirectory();
  const door = await openLaunchDoor(directory, most, onLaunch);
  onTestFinished(() => door.close());
  return { directory, close: door.close };
}

describe('openLaunchDoor', () => {
  it('hands over the words, however they arrive, and answers with the exit code', async () => {
    const seen: (readonly string[])[] = [];
    const { directory } = await open((words) => {
      seen.push(words);
      return Promise.resolve({ exitCode: 7, text: 'gone' });
    });
    const bytes = request('10.0.0.2', ' orted', '"1"', 'ü', '');
    expect(await knock(directory, [bytes])).toEqual([7, 'gone']);
    expect(
      await knock(
        directory,
        [...bytes].map((byte) => Buffer.from([byte])),
      ),
    ).toEqual([7, 'gone']);
    expect(seen).toEqual([
      ['10.0.0.2', ' orted', '"1"', 'ü', ''],
      ['10.0.0.2', ' orted', '"1"', 'ü', ''],
    ]);
  });

  it.each([
    ['is none', number(100_000)],
    ['the coordinator would not take', request('1', 'a'.repeat(16_385))],
  ])('asks nobody for a request that %s', async (_, bytes) => {
    let asked = 0;
    const { directory } = await open(() => {
      asked += 1;
      return Promise.resolve({ exitCode: 0, text: '' });
    });
    expect(await knock(directory, [bytes])).toEqual([1, 'a launch request that cannot be read']);
    expect(asked).toBe(0);
  });

  it('tells when the launcher has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { directory } = await open(
      (_, signal) =>
        new Promise((answer) => {
          signal.addEventListener('abort', () => {
            resolve('gone');
            answer({ exitCode: 1, text: '' });
          });
        }),
    );
    const before = cwd();
    chdir(directory);
    const socket = connect('launch');
    chdir(before);
    socket.on('connect', () => socket.write(request('a')));
    setTimeout(() => socket.destroy(), 100);
    expect(await promise).toBe('gone');
  });

  it('lets nobody wait for ever when the step ends', async () => {
    const { directory, close } = await open(() => new Promise(() => undefined));
    const answer = knock(directory, [request('a')]);
    setTimeout(() => void close(), 200);
    expect(await answer).toEqual([-1, '']);
  });

  it('lets nobody in beyond its number, and again who comes when one has gone', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<{ exitCode: number; text: string }>();
    const { directory } = await open(() => held, 1);
    const first = knock(directory, [request('a')]);
    await expect.poll(() => knock(directory, [request('b')])).toEqual([-1, '']);
    letGo({ exitCode: 0, text: '' });
    expect(await first).toEqual([0, '']);
    await expect.poll(() => knock(directory, [request('c')])).toEqual([0, '']);
  });
});
