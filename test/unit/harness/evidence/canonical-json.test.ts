import { describe, expect, it } from 'vitest';
import { canonical, readCanonical } from '../../../../harness/evidence/canonical-json.ts';

const read = (text: string) => readCanonical(Buffer.from(text));

describe('canonical JSON', () => {
  it('has one text for each value', () => {
    const value = { b: [1, 1e21, -1.5, 0], a: { é: 'x"\u0007', A: null }, c: undefined, '': true };
    const text = '{"":true,"a":{"A":null,"é":"x\\"\\u0007"},"b":[1,1e+21,-1.5,0]}';
    expect(canonical(value)).toBe(text);
    expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
  });

  it.each([
    ['white space', '{"a": 1}'],
    ['a line feed at the end', '{"a":1}\n'],
    ['another order', '{"b":1,"a":1}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['an escape that is not needed', '{"\\u0061":1}'],
    ['negative zero', '{"a":-0}'],
    ['a needless fraction', '{"a":1.0}'],
    ['a needless exponent', '{"a":1e0}'],
    ['infinity', '{"a":1e999}'],
    ['half of a surrogate pair', '{"a":"\\ud800"}'],
    ['no JSON', '{"a":NaN}'],
    ['two documents', '{}{}'],
    ['nothing', ''],
    ['a byte order mark', '\ufeff{}'],
    ['more levels than any document has', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('refuses %s', (_, text) => {
    expect(read(text).ok).toBe(false);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(readCanonical(Buffer.from([0x22, 0xc0, 0xaf, 0x22]))).toEqual({
      ok: false,
      error: 'bytes that are no UTF-8',
    });
  });

  it('takes a key of any name as a key', () => {
    const found = read('{"__proto__":{"x":1},"a":1}');
    expect(found.ok && Object.keys(found.value as object)).toEqual(['__proto__', 'a']);
  });

  it('has no text for what is no JSON', () => {
    for (const value of [NaN, Infinity, '\udc00', () => 1, 1n])
      expect(() => canonical(value)).toThrow(RangeError);
  });
});
