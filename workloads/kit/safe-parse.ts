import * as z from 'zod';

/** So many values take as long to check as it takes to compile most schemas. */
const worthCompiling = 100;

interface Checked {
  uses: number;
  compiled?: z.ZodType;
}

const known = new WeakMap<z.ZodType, Checked>();

/**
 * What a schema makes of a value, as `schema.safeParse` says it. A run has a million documents of a few kinds: a schema that
 * comes again and again is compiled, which one that is asked a few times is not worth.
 */
export function safeParse<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const checked = known.get(schema) ?? { uses: 0 };
  if (checked.uses === 0) known.set(schema, checked);
  checked.uses += 1;
  if (checked.uses === worthCompiling) checked.compiled = z.compile(schema);
  return ((checked.compiled ?? schema) as z.ZodType<T>).safeParse(value); // compiled from this very schema
}
