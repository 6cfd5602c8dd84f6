import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NightTurns } from '../../../../harness/run/night-turns.ts';

type Options = ConstructorParameters<typeof NightTurns>[0];

/** A night of nodes to which `tenants` came; `told` and `decided` fill up. */
function night(header: object | undefined, order?: readonly string[], tenants: readonly string[] = []) {
  const told: string[] = [];
  const decided: object[] = [];
  const options = {
    order,
    now: () => new Date('2026-11-30T04:00:00Z'),
    events: { onNodeFailed: (node: string, { message }: Error) => told.push(`${node}: ${message}`) },
    evidence: {
      run: { header: { night: header } },
      node: (name: string) => ({ fold: { tenant: tenants.includes(name) ? 'a job' : undefined } }),
      decide: (_now: unknown, entry: object) => Promise.resolve(decided.push(entry)),
    },
  };
  return { turns: new NightTurns(options as unknown as Options), told, decided };
}

/** In which order nodes began, and how many were at work at once at most. */
async function play(turns: NightTurns, nodes: readonly string[]) {
  const began: string[] = [];
  let [working, most] = [0, 0];
  await Promise.all(
    nodes.map((node) =>
      turns.inTurn(node, async () => {
        began.push(node);
        working += 1;
        most = Math.max(most, working);
        await sleep(1);
        working -= 1;
      }),
    ),
  );
  return { began, most };
}

describe('the turns of a night', () => {
  const nodes = ['a', 'b', 'c', 'd'];

  it('are those of who needs it most, so many at a time', async () => {
    const { turns } = night({ atOnce: 2 }, ['d', 'b', 'a', 'c']);
    expect(await play(turns, nodes)).toEqual({ began: ['d', 'b', 'a', 'c'], most: 2 });
  });

  it('begin all at once where nothing else is said', async () => {
    const { turns } = night(undefined);
    expect(await play(turns, nodes)).toEqual({ began: nodes, most: 4 });
  });

  it('go on when one of them fails', async () => {
    const { turns } = night({ atOnce: 1 }, nodes);
    const failing = turns.inTurn('a', () => Promise.reject(new Error('lost')));
    const other = turns.inTurn('b', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('lost');
    await expect(other).resolves.toBe('done');
  });

  it('begin nothing that would not be over in time, and write that down', async () => {
    const { turns, told, decided } = night({ until: '2026-11-30T04:10:00.000Z' });
    expect([turns.fits(600_000), turns.fits(600_001)]).toEqual([true, false]);
    expect(await turns.mayBegin('a', 600_000)).toBe(true);
    expect(decided).toEqual([]);
    expect(await turns.mayBegin('b', 600_001)).toBe(false);
    expect(decided).toEqual([{ type: 'late', nodes: ['b'] }]);
    expect(told).toEqual(['b: not begun: it would not have been over by 2026-11-30T04:10:00.000Z']);
  });

  it('begin nothing where somebody came, which is told once', async () => {
    const { turns, told, decided } = night({}, undefined, ['b']);
    expect([await turns.mayBegin('b', 1), turns.hasTenant('b'), turns.hasTenant('a')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(told).toEqual(['b: cancelled: a tenant came: a job']);
    expect(decided).toEqual([]);
  });
});
