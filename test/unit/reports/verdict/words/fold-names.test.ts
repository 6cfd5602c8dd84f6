import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldNames } from '../../../../../reports/verdict/words/fold-names.ts';

describe('foldNames', () => {
  it.each([
    [[], ''],
    [['gpu001', 'gpu002', 'gpu003', 'gpu004', 'gpu007'], 'gpu[001-004,007]'],
    [['node3', 'node1', 'node2', 'node2'], 'node[1-3]'],
    [['n9', 'n10', 'n11'], 'n[9-11]'],
    [['n08', 'n09', 'n10'], 'n[08-10]'],
    [['n1', 'n01'], 'n[1,01]'],
    [['n099', 'n100', 'n1000'], 'n[099-100,1000]'],
    [['r1-n1', 'r1-n2', 'r2-n1'], 'r1-n[1-2], r2-n1'],
    [['n1.rack', 'n2.rack', 'login'], 'login, n[1-2].rack'],
    [['node[1-2]', 'node[3-4]'], 'node[1-2], node[3-4]'],
    [['a\u001b[2J'], 'a\\u{1b}[2J'],
  ])('folds %j to %s', (names, folded) => {
    expect(foldNames(names)).toBe(folded);
  });

  it('means the same names, however they are numbered and padded', () => {
    const name = fc
      .tuple(fc.constantFrom('n', 'gpu-a', 'r1-n'), fc.nat({ max: 120 }), fc.integer({ min: 0, max: 4 }))
      .map(([before, number, width]) => `${before}${String(number).padStart(width, '0')}`);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), (names) => {
        expect(unfold(foldNames(names)).sort()).toEqual([...new Set(names)].sort());
      }),
    );
  });
});

/** As a reader takes it: the width of the first number is that of all in its range. */
function unfold(folded: string): string[] {
  if (folded === '') return [];
  return folded.split(', ').flatMap((set) => {
    const [, before, ranges] = /^(.*)\[(.*)\]$/.exec(set) ?? [];
    if (before === undefined || ranges === undefined) return [set];
    return ranges.split(',').flatMap((range) => {
      const [from = '', to = from] = range.split('-');
      const width = from.startsWith('0') ? from.length : 0;
      return Array.from(
        { length: Number(to) - Number(from) + 1 },
        (_, at) => `${before}${String(Number(from) + at).padStart(width, '0')}`,
      );
    });
  });
}
