import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seeBeacons, showBeacon } from '../../../../agents/keeper/beacon.ts';
import { connectDoor, openDoor } from '../../../../agents/keeper/door.ts';
import { createGreeter } from '../../../../agents/keeper/greet.ts';
import { holdName } from '../../../../agents/keeper/held-names.ts';
import { findHolder, findLease, leaseName, takeLease } from '../../../../agents/keeper/lease.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const deep = (): string => {
  const directory = join(temporaryDirectory(), 'd'.repeat(120));
  mkdirSync(directory);
  return directory;
};

async function opened(directory: string, onConnection: (socket: Socket) => void): Promise<void> {
  const sockets = new Set<Socket>();
  const door = await openDoor(directory, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    void door.close();
  });
}

describe('the door of a run', () => {
  it('is found below a path that no socket could have, also over what a killed keeper left', async () => {
    const directory = deep();
    expect(await connectDoor(join(directory, 'removed'))).toBe(undefined);
    expect(await connectDoor(directory)).toBe(undefined);
    writeFileSync(join(directory, 'door'), '');
    expect(await connectDoor(directory)).toBe(undefined);
    await opened(directory, (socket) => socket.end('hello'));
    const socket = await connectDoor(directory);
    const [chunk] = (await once(socket as Socket, 'data')) as [Buffer]; // the door was opened
    expect(String(chunk)).toBe('hello');
  });

  it('is gone when it is closed', async () => {
    const directory = deep();
    const door = await openDoor(directory, (socket) => socket.destroy());
    void door.close();
    await expect.poll(() => existsSync(join(directory, 'door'))).toBe(false);
  });
});

describe('who has not proven himself', () => {
  const limits = { bytes: 20, ms: 60_000, connections: 2 };
  async function greeted(changes: Partial<typeof limits>, act: 'more' | 'proven' | 'no') {
    const directory = deep();
    const greet = createGreeter({ ...limits, ...changes });
    const proven: string[] = [];
    await opened(directory, (socket) =>
      greet(
        socket,
        () => act,
        (chunk) => void proven.push(String(chunk)),
      ),
    );
    const come = async (): Promise<Socket> => {
      const socket = (await connectDoor(directory)) as Socket; // the door is open
      socket.on('error', () => undefined).resume();
      return socket;
    };
    return { come, proven };
  }
  const closed = async (socket: Socket): Promise<boolean> => {
    if (!socket.destroyed) await once(socket, 'close');
    return true;
  };

  it.each([
    'x'.repeat(21),
    `${'x'.repeat(20)}\n`,
    `${'x'.repeat(9)}\n`.repeat(3),
  ])('is dropped after too many bytes: %j', async (text) => {
    const { come } = await greeted({}, 'more');
    const socket = await come();
    socket.write(text);
    expect(await closed(socket)).toBe(true);
  });

  it('is dropped after too long a time', async () => {
    const { come } = await greeted({ ms: 30 }, 'more');
    expect(await closed(await come())).toBe(true);
  });

  it('is dropped when too many wait, and let in when one has gone', async () => {
    const { come, proven } = await greeted({}, 'proven');
    const [first] = [await come(), await come()];
    expect(await closed(await come())).toBe(true);
    first.destroy();
    await closed(first);
    await expect
      .poll(async () => {
        (await come()).write('hi\nmore');
        return proven.includes('more');
      })
      .toBe(true);
  });

  it('is dropped at a wrong word; whoever has proven himself may say more than that', async () => {
    const wrong = await (await greeted({}, 'no')).come();
    wrong.write('hi\n');
    expect(await closed(wrong)).toBe(true);
    const { come, proven } = await greeted({}, 'proven');
    (await come()).write(`hi\n${'x'.repeat(200)}`);
    await expect.poll(() => proven.join('')).toBe('x'.repeat(200));
  });
});

describe('a beacon', () => {
  const beacon = process.pid.toString(16).padStart(32, '0');

  it('is seen as long as it is shown, and nothing else is taken for one', async () => {
    expect(await seeBeacons()).not.toContain(beacon);
    const strange = await holdName(`assay-beacon-${beacon}x`);
    const shown = await showBeacon(beacon);
    expect(await showBeacon(beacon)).toBe(undefined);
    const seen = await seeBeacons();
    expect(seen.filter((each) => each.startsWith(beacon))).toEqual([beacon]);
    strange?.close();
    shown?.close();
    await expect.poll(seeBeacons).not.toContain(beacon);
  });
});

describe('the lease', () => {
  const boot = `test-${process.pid}`;

  it('is free, then held by one, who is known and says nothing to whoever connects', async () => {
    expect((await findLease(boot)).size).toBe(0);
    expect(await findHolder(new Set())).toBe(undefined);
    const lease = await takeLease(boot);
    onTestFinished(() => void lease?.close());
    expect(await takeLease(boot)).toBe(undefined);
    expect(await findHolder(await findLease(boot))).toEqual({ uid: process.getuid?.(), pid: process.pid });
    expect((await findLease(boot.slice(0, -1))).size).toBe(0);
    const socket = connect(`\0${leaseName(boot)}`);
    let heard = 0;
    socket.on('data', () => (heard += 1));
    await once(socket, 'close');
    expect(heard).toBe(0);
  });
});
