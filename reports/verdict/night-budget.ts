import * as z from 'zod';
import { date } from './nights.ts';

const whole = z.number().int().nonnegative();

/** False events that a fleet can expect, and those that it had (`assay history budget --json`). */
export const NightBudget = z.strictObject({
  schema: z.literal('assay/night-budget'),
  schemaVersion: z.literal(1),
  night: date,
  /** By metric and noise, the worst first. */
  rows: z.array(
    z.strictObject({
      metric: z.string(),
      noise: z.enum(['quiet', 'usual', 'persistent', 'unknown']),
      series: whole,
      /** False events of them a night; absent where too few nights say how they vary. */
      perNight: z.number().nonnegative().optional(),
    }),
  ),
  /** All of them, a night. */
  expected: z.number().nonnegative(),
  /** Events of these nights that somebody closed as `no cause found`. */
  observed: z.strictObject({ events: whole, nights: whole }),
});
export type NightBudget = z.infer<typeof NightBudget>;
