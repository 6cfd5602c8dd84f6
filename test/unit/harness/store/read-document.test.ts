import { describe, expect, it } from 'vitest';
import { jsonPieces } from '../../../../harness/store/read-document.ts';

describe('a document in pieces', () => {
  it.for([
    { a: 1, b: 'x\ny "z" \\n', c: null, d: [], e: {} },
    { list: [1, 'two', { three: [4, { five: [] }] }, []], after: { deep: { deeper: ['x'] } } },
  ])('says the same as in one (%j)', (document) => {
    const text = [...jsonPieces(document)].join('');
    expect(JSON.parse(text)).toEqual(document);
    expect(text.endsWith('\n}\n')).toBe(true);
  });

  it('has each entry of its lists on a line of its own', () => {
    const document = { head: { a: [1, 2] }, list: [{ a: 'x\ny', b: [1] }, 'z'], none: [] };
    expect([...jsonPieces(document)].join('').split('\n').slice(-7)).toEqual([
      ' "list": [',
      '  {"a":"x\\ny","b":[1]},',
      '  "z"',
      ' ],',
      ' "none": []',
      '}',
      '',
    ]);
  });

  it('is cut within its lists, and leaves out what is not there', () => {
    const document = { gone: undefined, list: Array.from({ length: 3 }, () => 'x'.repeat(700_000)) };
    const pieces = [...jsonPieces(document)];
    expect(pieces.map(({ length }) => Math.round(length / 1e5))).toEqual([14, 7]);
    expect(JSON.parse(pieces.join(''))).toEqual({ list: document.list });
  });
});
