import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { safeParse } from '../../../../workloads/kit/safe-parse.ts';

describe('safeParse', () => {
  const Schema = z.strictObject({
    name: z.string().regex(/^[a-z]+$/),
    of: z.record(z.string(), z.unknown()),
    at: z.string().optional(),
  });
  const values: readonly unknown[] = [
    { name: 'a', of: {} },
    { at: 'b', of: { z: 1, a: [null] }, name: 'a' },
    JSON.parse('{"name":"a","of":{"__proto__":{"x":1},"constructor":2}}'),
    JSON.parse('{"name":"a","of":{},"__proto__":{}}'),
    { name: 'A', of: {} },
    { name: 'a', of: {}, more: 1 },
    { name: 'a', of: [] },
    { name: 'a' },
    undefined,
  ];
  // The text too: in the order of the keys documents are compared.
  const told = (value: unknown) => {
    const { success, data, error } = safeParse(Schema, value);
    return [success, JSON.stringify(data), error?.issues];
  };

  it('says of a value the same after a thousand as at first, and as the schema does', () => {
    const first = values.map(told);
    for (let time = 0; time < 1000; time += 1) told(values[time % values.length]);
    expect(values.map(told)).toEqual(first);
    expect(first.map(([success]) => success)).toEqual(values.map((value) => Schema.safeParse(value).success));
  });
});
