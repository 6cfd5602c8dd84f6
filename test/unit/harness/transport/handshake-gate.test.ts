import { describe, expect, it } from 'vitest';
import type { Gate, Place } from '../../../../harness/transport/handshake-gate.ts';
import { createHandshakeGate } from '../../../../harness/transport/handshake-gate.ts';

const createGate = (all: number, server = all, least = 1): Gate =>
  createHandshakeGate({ all: { most: all, least }, server: { most: server, least: 1 } });

/** Tries to enter one after the other, and keeps who is inside. */
async function enterAll(gate: Gate, servers: readonly string[]): Promise<Map<number, Place>> {
  const inside = new Map<number, Place>();
  for (const [index, server] of servers.entries())
    void gate.enter(server).then((place) => inside.set(index, place));
  await settle();
  return inside;
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('createHandshakeGate', () => {
  it('lets no more in than there are places, in order', async () => {
    const gate = createGate(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const place = await gate.enter(`n${index}`);
        order.push(index);
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        inside -= 1;
        place.leave();
      }),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('lets no more in to one server than that may have, and others pass by', async () => {
    const gate = createGate(4, 2);
    const inside = await enterAll(gate, ['a', 'a', 'a', 'b', 'c', 'd']);
    expect([...inside.keys()]).toEqual([0, 1, 3, 4]);
    inside.get(4)?.leave();
    await settle();
    expect([...inside.keys()]).toEqual([0, 1, 3, 4, 5]);
    inside.get(0)?.leave();
    await settle();
    expect([...inside.keys()]).toEqual([0, 1, 3, 4, 5, 2]);
  });

  it('is half as wide after a drop, down to its least', async () => {
    const gate = createGate(8, 8, 3);
    const [first] = (await enterAll(gate, ['a'])).values();
    first?.dropped();
    expect([...(await enterAll(gate, Array.from('bcdefgh'))).keys()]).toEqual([0, 1, 2]);
    first?.dropped();
    first?.dropped();
    first?.leave();
    await settle();
    const next = await enterAll(gate, ['a', 'a']);
    expect(next.size).toBe(0); // three are inside
  });

  it('is narrower to the server that dropped', async () => {
    const gate = createGate(100, 4, 100);
    const inside = await enterAll(gate, ['a', 'a']);
    inside.get(0)?.dropped();
    expect([...(await enterAll(gate, ['a', 'b', 'b', 'b', 'b', 'b'])).keys()]).toEqual([1, 2, 3, 4]);
  });

  it('counts a place that is given back twice once', async () => {
    const gate = createGate(1);
    const place = await gate.enter('a');
    place.leave();
    place.leave();
    await gate.enter('a');
    await expect(gate.enter('a', AbortSignal.timeout(1))).rejects.toThrow();
  });

  it('forgets who stopped waiting', async () => {
    const gate = createGate(1);
    const place = await gate.enter('a');
    const stopping = new AbortController();
    const stopped = gate.enter('a', stopping.signal);
    const patient = gate.enter('a');
    stopping.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    await expect(gate.enter('a', AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    place.leave();
    await expect(patient).resolves.toHaveProperty('leave');
  });
});
