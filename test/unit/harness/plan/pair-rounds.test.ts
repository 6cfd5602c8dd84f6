import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairRounds } from '../../../../harness/plan/pair-rounds.ts';

describe('pairRounds', () => {
  it('lets four nodes meet in three rounds', () => {
    expect(pairRounds(['a', 'b', 'c', 'd'])).toEqual([
      [
        ['a', 'd'],
        ['b', 'c'],
      ],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    ]);
  });

  it('lets one of three rest in each round', () => {
    expect(pairRounds(['a', 'b', 'c'])).toEqual([[['b', 'c']], [['a', 'b']], [['a', 'c']]]);
  });

  it.each([0, 1])('has no round for %i nodes', (count) => {
    expect(pairRounds(Array.from({ length: count })).flat()).toEqual([]);
  });

  it('meets everybody once, and nobody twice in one round', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (count) => {
        const rounds = pairRounds(Array.from({ length: count }, (_, index) => index));
        for (const round of rounds) expect(new Set(round.flat()).size).toBe(round.length * 2);
        const met = rounds.flat().map((pair) => pair.join('-'));
        expect(met.length).toBe((count * (count - 1)) / 2);
        expect(new Set(met).size).toBe(met.length);
      }),
    );
  });
});
