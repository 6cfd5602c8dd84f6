import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandNodeSet } from '../../../../harness/config/node-set.ts';
import { foldNodeSet } from '../../../../reports/verdict/words/fold-names.ts';

const none = new Map<string, string>();
const part = fc.constantFrom('gpu', 'r', 'n', '-', '.', '_', 'x9999999999999999999y');
const number = fc.oneof(
  fc.integer({ min: 0, max: 120 }).map(String),
  fc
    .tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 4 }))
    .map(([value, width]) => String(value).padStart(width, '0')),
);
const name = fc
  .array(fc.tuple(part, number), { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.flat().join(''))
  .filter((text) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text));

describe('foldNodeSet', () => {
  it('is undone by expandNodeSet, whatever the names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 60 }), (names) => {
        const expanded = expandNodeSet(foldNodeSet(names), none);
        expect(expanded.ok && expanded.value.toSorted()).toEqual(names.toSorted());
      }),
      { numRuns: 1000 },
    );
  });
  it('does not depend on the order of the names', () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(name, { minLength: 1, maxLength: 30 })
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([names, shuffled]) => {
          expect(foldNodeSet(shuffled)).toBe(foldNodeSet(names));
        },
      ),
    );
  });
});

describe('expandNodeSet', () => {
  it('gives names or an error, never more than 10,000 names and none twice, whatever the text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '0', '1', '9', '[', ']', '-', ',', '/', '!', '@', ':', ' ', '&', '.'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), text, text, (set, one, other) => {
        const names = expandNodeSet(
          set,
          new Map([
            ['a', one],
            ['1', other],
          ]),
        );
        if (!names.ok) return names.error.length > 0;
        return (
          names.value.length > 0 &&
          names.value.length <= 10_000 &&
          new Set(names.value).size === names.value.length
        );
      }),
      { numRuns: 3000 },
    );
  });
});
