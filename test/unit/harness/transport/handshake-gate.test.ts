import { describe, expect, it } from 'vitest';
import { createHandshakeGate } from '../../../../harness/transport/handshake-gate.ts';

describe('createHandshakeGate', () => {
  it('lets no more in than there are places, in order', async () => {
    const gate = createHandshakeGate(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const leave = await gate.enter();
        order.push(index);
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        inside -= 1;
        leave();
      }),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('counts a place that is given back twice once', async () => {
    const gate = createHandshakeGate(1);
    const leave = await gate.enter();
    leave();
    leave();
    await gate.enter();
    await expect(gate.enter(AbortSignal.timeout(1))).rejects.toThrow();
  });

  it('forgets who stopped waiting', async () => {
    const gate = createHandshakeGate(1);
    const leave = await gate.enter();
    const stopping = new AbortController();
    const stopped = gate.enter(stopping.signal);
    const patient = gate.enter();
    stopping.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    leave();
    await expect(patient).resolves.toBeTypeOf('function');
  });
});
