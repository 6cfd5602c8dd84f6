import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Said } from '../../../../../reports/verdict/said.ts';
import { say } from '../../../../../reports/verdict/words/say.ts';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
const quoted = fc.record({ say: fc.constant('quoted' as const), text });

/** Any value that a schema takes; what is said inside of something is a quote, and no list is empty. */
function valueOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodLazy) return quoted;
  if (schema instanceof z.ZodString) return text;
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber)
    return schema.format === null ? fc.double({ noNaN: true, noDefaultInfinity: true }) : fc.nat();
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodArray) return fc.array(valueOf(schema.element), { minLength: 1, maxLength: 3 });
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(valueOf));
  if (schema instanceof z.ZodRecord)
    return fc.dictionary(text, valueOf(schema.valueType), { minKeys: 1, maxKeys: 3 });
  if (!(schema instanceof z.ZodObject)) throw new Error(`no values for a schema of ${schema._zod.def.type}`);
  const fields = Object.entries<z.core.$ZodType>(schema.shape);
  return fc.record(
    Object.fromEntries(
      fields.map(([key, each]) => [key, valueOf(each instanceof z.ZodOptional ? each.def.innerType : each)]),
    ),
    { requiredKeys: fields.filter(([, each]) => !(each instanceof z.ZodOptional)).map(([key]) => key) },
  );
}

describe('say', () => {
  it.each(
    Said.options.map((option) => [option.shape.say.value, option] as const),
  )('has words for `%s`, whatever its values are', (_, option) => {
    fc.assert(
      fc.property(valueOf(option), (value) => {
        expect(say(Said.parse(value))).not.toMatch(/^$|\[object|\bundefined\b|NaN/);
      }),
      { numRuns: 30 },
    );
  });
});
