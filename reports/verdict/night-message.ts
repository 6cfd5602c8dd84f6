import * as z from 'zod';
import { date, EventOfNights } from './nights.ts';

/** What a webhook is sent of one event. */
export const NightMessage = z.strictObject({
  schema: z.literal('assay/night-message'),
  schemaVersion: z.literal(1),
  /** The same however often it is sent; also in the header `webhook-id`. */
  id: z.string(),
  kind: z.enum(['new', 'changed', 'reminder']),
  night: date,
  /** Time zone in which nights are dates. */
  zone: z.string(),
  /** The whole in one line; chat programs show this. */
  text: z.string(),
  /** The worst series of it first; of many only some. */
  event: EventOfNights,
  /** Series that are not listed. */
  more: z.number().int().nonnegative(),
});
export type NightMessage = z.infer<typeof NightMessage>;
