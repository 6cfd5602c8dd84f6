import * as z from 'zod';
import { date, Nights } from './nights.ts';

const whole = z.number().int().nonnegative();

/** A machine on one night. */
const Machine = z.strictObject({
  node: z.string(),
  /** `measured`, or why not. */
  state: z.string(),
  /** The last night on which it was measured, tonight included; absent where there is none. */
  last: date.optional(),
  /** Nights since then; of a machine that never was, since it was first seen, that night included. */
  nights: whole,
  /** It was not measured for more nights than the site allows. */
  isOverdue: z.boolean(),
});

/** A required cell that is not met. */
const Unmet = z.strictObject({
  cell: z.string(),
  title: z.string(),
  verdict: z.enum(['fail', 'invalid', 'missing', 'inconclusive']),
  reason: z.string(),
});

/** What one night came to (`assay nightly --json`): its own verdict, who was measured, and what got worse. */
export const Night = z.strictObject({
  schema: z.literal('assay/night'),
  schemaVersion: z.literal(1),
  night: date,
  zone: z.string(),
  run: z.string(),
  profile: z.string(),
  /** Of all machines of the inventory, how many were measured on one of so many nights, tonight included. */
  coverage: z.strictObject({ measured: whole, of: whole, nights: whole }),
  /** In the order of the inventory. */
  machines: z.array(Machine),
  /** Required cells that fail. */
  failed: z.array(Unmet),
  /** Required cells that are undecided, though nothing excuses their machine. */
  undecided: z.array(Unmet),
  /** Ids of the events that were confirmed tonight, and on no night before. */
  fresh: z.array(z.string()),
  nights: Nights,
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
});
export type Night = z.infer<typeof Night>;
