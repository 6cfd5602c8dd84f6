import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { History } from '../../../../harness/history/history.ts';
import type { CloseReason } from '../../../../harness/history/tables.ts';
import type { NightsMade } from '../../../support/constructed/night-rows.ts';
import { begin, sixteenNodes } from '../../../support/constructed/night-rows.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const by = { author: 'ops', words: 'fan 3' };
const at = (night: number): string => new Date((begin + night) * 86_400_000).toISOString();
/** Node 7 loses 8 % from night 30 on, as far as `share` says no other. */
const slow = (node: number, night: number): number => (node === 7 && night >= 30 ? -0.08 : 0);

/** An index that is told of the nights as they come, with what somebody says behind each. */
async function follow(
  made: NightsMade,
  said: Readonly<Record<number, 'acknowledged' | CloseReason>>,
  look: (events: Awaited<ReturnType<History['judge']>>['events'], night: number) => void,
): Promise<void> {
  const history = await History.open(join(temporaryDirectory(), 'nights.sqlite'), 'UTC');
  try {
    for (const [night, rows] of sixteenNodes(made).entries()) {
      await history.add(rows);
      if (night < 29) continue;
      const { events } = await history.judge();
      look(events, night);
      const action = said[night];
      const open = events.find(({ state }) => state !== 'closed');
      if (action !== undefined) await history.say(open?.id ?? '', { at: at(night), action, ...by });
    }
  } finally {
    await history.close();
  }
}

/** What was said of each night, as `state standing`, without nights that have no event. */
async function story(made: NightsMade, said: Readonly<Record<number, 'acknowledged' | CloseReason>>) {
  const told: Record<number, readonly string[]> = {};
  const ids = new Set<string>();
  await follow(made, said, (events, night) => {
    told[night] = events.map(({ state, standing }) => `${state} ${standing}`);
    for (const { id } of events) ids.add(id);
  });
  return { told, ids };
}

describe('an event', () => {
  it('has one id over nights, is acknowledged, and is not over because it looks well', async () => {
    const share = (node: number, night: number): number => (night < 36 ? slow(node, night) : 0);
    const { told, ids } = await story({ nights: 40, share }, { 33: 'acknowledged' });
    expect(ids.size).toBe(1);
    expect(told[32]).toEqual(['open still']);
    expect(told[34]).toEqual(['acknowledged still']);
    expect(told[36]).toEqual(['acknowledged unseen']);
    expect(told[39]).toEqual(['acknowledged healed']);
  });

  it('is closed as repaired, and goes on where it comes back within two weeks', async () => {
    const share = (node: number, night: number): number =>
      night < 34 || night >= 40 ? slow(node, night) : 0;
    const { told, ids } = await story({ nights: 44, share }, { 36: 'repaired' });
    expect(told[37]).toEqual(['closed closed']);
    expect(told[43]).toEqual(['open still']);
    expect(ids.size).toBe(1);
  });

  it('opens again the next nights where nothing was repaired', async () => {
    const { told } = await story({ nights: 40, share: slow }, { 34: 'repaired' });
    expect(told[34]).toEqual(['open still']);
    expect(told[37]).toEqual(['open still']);
  });

  it('that was explained makes how it is now usual, at once, and what is worse than that is found', async () => {
    const share = (node: number, night: number): number =>
      node === 7 && night >= 40 ? -0.15 : slow(node, night);
    const { told } = await story({ nights: 44, share }, { 34: 'explained' });
    for (const night of [35, 36, 37, 38, 39]) expect(told[night]).toEqual(['closed closed']);
    expect(told[42]).toEqual(['open still']);
  });

  it('cannot be closed twice, and what is no event cannot be closed', async () => {
    const history = await History.open(join(temporaryDirectory(), 'nights.sqlite'), 'UTC');
    for (const rows of sixteenNodes({ nights: 34, share: slow })) await history.add(rows);
    const [event] = (await history.judge()).events;
    const say = (id: string) => history.say(id, { at: at(34), action: 'no cause found', ...by });
    expect(await say(event!.id)).toMatchObject({ state: 'closed', reason: 'no cause found' });
    await expect(say(event!.id)).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE' });
    await expect(say('e0')).rejects.toMatchObject({ code: 'HISTORY_UNUSABLE' });
    await history.close();
  });

  it('of one machine that was acknowledged does not keep that of all of its kind quiet', async () => {
    const share = (node: number, night: number): number => (night >= 33 ? -0.08 : slow(node, night));
    const { told } = await story({ nights: 37, share }, { 32: 'acknowledged' });
    expect(told[36]).toContain('open still');
  });
});
