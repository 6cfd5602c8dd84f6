import { describe, expect, it } from 'vitest';
import { jsonPieces, toJson } from '../../../../harness/store/read-document.ts';

describe('a document in pieces', () => {
  it.for([
    { a: 1, b: 'x\ny "z" \\n', c: null, d: [], e: {} },
    { list: [1, 'two', { three: [4, { five: [] }] }, []], after: { deep: { deeper: ['x'] } } },
  ])('is the same text as one (%j)', (document) => {
    expect([...jsonPieces(document)].join('')).toBe(toJson(document));
  });

  it('is cut within its lists, and leaves out what is not there', () => {
    const document = { gone: undefined, list: Array.from({ length: 3 }, () => 'x'.repeat(700_000)) };
    const pieces = [...jsonPieces(document)];
    expect(pieces.map(({ length }) => Math.round(length / 1e5))).toEqual([14, 7]);
    expect(pieces.join('')).toBe(toJson(document));
  });
});
