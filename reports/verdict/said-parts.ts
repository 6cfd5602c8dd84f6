import * as z from 'zod';
import { Unit } from '../../workloads/kit/unit.ts';

// What the values of `Said` are made of.

/** A fact as a value of its type. */
export const FactValue = z.union([z.string(), z.number(), z.boolean()]);
export type FactValue = z.infer<typeof FactValue>;

export const whole = z.number().int().nonnegative();
export const comparator = z.enum(['atLeast', 'atMost', 'equal', 'oneOf', 'noneOf']);
/** A number with its unit. */
export const quantity = z.strictObject({ value: z.number(), unit: Unit });

/** Why there is no measurement, so that `missing` always comes with a cause and an action. */
export const MissingKind = z.enum([
  'not-run',
  'no-tool',
  'no-limit',
  'no-siblings',
  'no-claim',
  'not-covered',
  'no-driver',
  'unknown-fact',
  'no-access',
  'no-subject',
  'same-machine',
]);
export type MissingKind = z.infer<typeof MissingKind>;

/** One key of `Said` with the shape of its values. */
export const saying = <const K extends string, S extends z.core.$ZodLooseShape>(key: K, shape: S) =>
  z.strictObject({ say: z.literal(key), ...shape });
