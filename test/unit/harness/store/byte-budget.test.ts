import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../harness/store/byte-budget.ts';

/** Acts that end when they are told to, and the order in which they began. */
function createActs(budget: ByteBudget) {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const done: Promise<void>[] = [];
  return {
    began,
    start: (name: string, bytes: number): void => {
      done.push(
        budget.within(bytes, async () => {
          began.push(name);
          await new Promise<void>((end) => ends.set(name, end));
        }),
      );
    },
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await new Promise((next) => setImmediate(next));
    },
    all: () => Promise.all(done),
  };
}

describe('a budget of bytes', () => {
  it('lets in what fits, and the next in order when there is room', async () => {
    const acts = createActs(new ByteBudget(10));
    for (const [name, bytes] of [
      ['a', 6],
      ['b', 4],
      ['c', 5],
      ['d', 1],
    ] as const)
      acts.start(name, bytes);
    await acts.end('nobody');
    expect(acts.began).toEqual(['a', 'b']);
    await acts.end('b');
    expect(acts.began).toEqual(['a', 'b']); // 4 are left, and nobody overtakes
    await acts.end('a');
    expect(acts.began).toEqual(['a', 'b', 'c', 'd']);
    await acts.end('c');
    await acts.end('d');
    await acts.all();
  });

  it('lets in alone what is larger than all of it', async () => {
    const acts = createActs(new ByteBudget(10));
    acts.start('small', 1);
    acts.start('huge', 1000);
    acts.start('next', 1);
    await acts.end('nobody');
    expect(acts.began).toEqual(['small']);
    await acts.end('small');
    expect(acts.began).toEqual(['small', 'huge']);
    await acts.end('huge');
    expect(acts.began).toEqual(['small', 'huge', 'next']);
    await acts.end('next');
    await acts.all();
  });

  it('has its bytes back from what failed', async () => {
    const budget = new ByteBudget(1);
    await expect(budget.within(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(budget.within(1, () => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
