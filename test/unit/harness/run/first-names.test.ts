import { describe, expect, it } from 'vitest';
import { firstNames } from '../../../../harness/run/first-names.ts';

describe('firstNames', () => {
  const names = ['a', 'b', 'c', 'd'];
  const of = (...met: readonly (readonly [string, string])[]) => [
    ...firstNames(names, new Map(met), new Map()),
  ];

  it('are none when every name has a keeper of its own', () => expect(of()).toEqual([]));

  it.each([
    ['the second one met the first', [['b', 'a']], [['b', 'a']]],
    ['the first one came later', [['a', 'b']], [['b', 'a']]],
    [
      'three met the last',
      [
        ['a', 'd'],
        ['b', 'd'],
        ['c', 'd'],
      ],
      [
        ['b', 'a'],
        ['c', 'a'],
        ['d', 'a'],
      ],
    ],
    [
      'one met who met another',
      [
        ['d', 'c'],
        ['c', 'b'],
      ],
      [
        ['c', 'b'],
        ['d', 'b'],
      ],
    ],
    [
      'two machines have two names each',
      [
        ['a', 'c'],
        ['d', 'b'],
      ],
      [
        ['c', 'a'],
        ['d', 'b'],
      ],
    ],
  ] as const)('%s: the first of the inventory is it', (_, met, expected) =>
    expect(of(...met)).toEqual(expected));

  it('are one where two say that they met each other', () =>
    expect(of(['b', 'c'], ['c', 'b'])).toEqual([['c', 'b']]));

  it('are new where the first one of before is another name itself, and that name goes last', () => {
    const known = new Map([
      ['c', 'b'],
      ['d', 'b'],
    ]);
    expect([...firstNames(names, new Map([['b', 'a']]), known)]).toEqual([
      ['c', 'a'],
      ['d', 'a'],
      ['b', 'a'],
    ]);
  });
});
