import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTooDeep, maxJsonLevels, parseJson } from '../../../../workloads/kit/parse-json.ts';

const nested = (levels: number, inner = '1'): string =>
  `${'[{"a":'.repeat(levels / 2)}${inner}${'}]'.repeat(levels / 2)}`;

describe('parseJson', () => {
  it('has no value for text that is none', () => {
    expect([parseJson(''), parseJson('{'), parseJson('nan')]).toEqual([undefined, undefined, undefined]);
  });

  it('has no value for more levels than anybody walks, however they are written', () => {
    expect(parseJson(nested(maxJsonLevels))).toBeDefined();
    for (const deep of [
      nested(maxJsonLevels + 2),
      `[${'[],'.repeat(1000)}${nested(maxJsonLevels)}]`,
      `["\\\\", ${nested(maxJsonLevels)}]`,
      '['.repeat(5_000_000),
    ]) {
      expect(parseJson(deep)).toBeUndefined();
      expect(isTooDeep(deep)).toBe(true);
    }
  });

  it('has no value for an object that has a key twice, however it is written', () => {
    for (const text of ['{"a":1,"a":1}', '[{"b":{"__proto__":1,"__proto__":2}}]', '{"a":1,"\\u0061":2}'])
      expect(parseJson(text)).toBeUndefined();
    expect(parseJson('{"__proto__":{"a":":"},"a":[{"a":null},{"a":{}}]}')).toBeDefined();
  });

  it('does not count what stands in strings', () => {
    for (const text of ['['.repeat(1000), '\\"['.repeat(1000), `${'\\\\'.repeat(999)}\\"${'{'.repeat(1000)}`])
      expect(parseJson(`["${text}"]`)).toEqual([JSON.parse(`"${text}"`)]);
  });

  it('reads whatever JSON writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(parseJson(JSON.stringify(value, undefined, 200))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
