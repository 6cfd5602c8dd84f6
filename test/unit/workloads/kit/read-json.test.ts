import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readJson } from '../../../../workloads/kit/read-output.ts';

const any = z.unknown();

describe('a JSON document that a tool printed', () => {
  it.each([
    ['{"a":1,"b":{"a":1}}'],
    ['[{"a":1},{"a":2}]'],
    ['{"a\\":":1,"b":":{\\\\","c":[":",{}]}'],
    ['{ "a" : null }'],
    ['7'],
  ])('with each key once is read: %s', (text) => {
    expect(readJson(any, text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });

  it.each([
    ['{"a":1,"a":2}', '"a"'],
    ['{"x":[{"b":{"c":1},"b":":"}]}', '"b"'],
    // One key to whoever reads it, two texts.
    ['{"a":1,"\\u0061":2}', 'a key'],
  ])('with a key that stands twice is refused: %s', (text, key) => {
    expect(readJson(any, text)).toEqual({ ok: false, error: `expected each key once, got ${key} again` });
  });

  it('may be wide, and not deep', () => {
    const deep = `${'[{"a":'.repeat(2000)}1${'}]'.repeat(2000)}`;
    const wide = JSON.stringify(Array.from({ length: 200_000 }, (_, index) => index));
    expect(readJson(any, wide).ok).toBe(true);
    expect(readJson(any, deep)).toEqual({ ok: false, error: 'expected at most 128 levels, got more' });
  });

  it.each(['x', '\\\\'])('with a key twice may have texts longer than any stack (%s)', (part) => {
    const text = `{"a":1,"b":"${part.repeat(4_000_000)}","a":2}`;
    expect(readJson(any, text)).toEqual({ ok: false, error: 'expected each key once, got "a" again' });
  });
});
