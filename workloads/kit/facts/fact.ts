import * as z from 'zod';

/** A fact is known, or it says why it is not. There is no third state and no default. */
export const fact = <T extends z.ZodType>(schema: T) =>
  z.union([z.strictObject({ value: schema }), z.strictObject({ unknown: z.string().min(1) })]);

export type Fact<T> = { readonly value: T } | { readonly unknown: string };

export const known = <T>(value: T): Fact<T> => ({ value });
export const unknown = (why: string): Fact<never> => ({ unknown: why });

/** The value of a fact, or `undefined` when it is unknown: for code that has a rule for both. */
export const valueOf = <T>(it: Fact<T>): T | undefined => ('value' in it ? it.value : undefined);
