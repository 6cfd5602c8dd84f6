import * as z from 'zod';

/**
 * What the management interface of an ASIC says of itself, or why nothing is known of it. Its own firmware says it: nobody measured.
 */
export const AsicAnswer = z.union([
  z.strictObject({
    /** The program that answers, with its version, and what it calls the machine. */
    firmware: z.string().max(200),
    model: z.string().max(200).optional(),
    /** Hashes a second, as the mean since it was started. */
    hashesPerSecond: z.number().nonnegative().max(1e17),
    elapsedSeconds: z.number().nonnegative().max(1e10),
    hardwareErrors: z.number().int().nonnegative().optional(),
  }),
  z.strictObject({ unknown: z.string().max(300) }),
]);
export type AsicAnswer = z.infer<typeof AsicAnswer>;
