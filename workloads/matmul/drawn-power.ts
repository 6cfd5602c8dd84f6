import * as z from 'zod';
import type { Quantity } from '../kit/unit.ts';
import { quantity } from '../kit/unit.ts';

const seconds = z.number().nonnegative();

/** What native programs say of the power of a device in their timed window (kit/native/power.h). */
export const DrawnPower = z.union([
  z.strictObject({
    by: z.literal('energy counter'),
    millijoules: z.number().int().nonnegative(),
    seconds,
  }),
  z.strictObject({
    by: z.literal('samples'),
    samples: z.number().int().positive(),
    watts: z.number().nonnegative(),
    seconds,
  }),
  z.strictObject({ unknown: z.string().min(1).max(200) }),
]);
export type DrawnPower = z.infer<typeof DrawnPower>;

/** The counter moves every tenth of a second or so: of less than this it says nothing. */
const leastSeconds = 1;
/** Mean power of the timed window in watts, and what tells it; or why it is not known. */
export function powerOf({
  power,
  elapsedSeconds,
}: {
  readonly power?: DrawnPower | undefined;
  readonly elapsedSeconds: number;
}):
  | { readonly watts: Quantity<'W'>; readonly by: string; readonly seconds: number }
  | { readonly why: string } {
  if (power === undefined) return { why: 'the program is one that does not tell it' };
  if ('unknown' in power) return { why: power.unknown };
  const { by, seconds: window } = power;
  if (window < leastSeconds)
    return { why: `expected a window of ${leastSeconds} s at least, got ${window} s` };
  if (window + 1e-6 < elapsedSeconds)
    return { why: `expected the window of the products (${elapsedSeconds} s), got one of ${window} s` };
  const watts = by === 'samples' ? power.watts : power.millijoules / 1000 / window;
  return watts > 0
    ? { watts: quantity('W', watts), by, seconds: window }
    : { why: 'its driver says that it drew nothing under load' };
}
