import { z } from 'zod';

/**
 * What is claimed about the machines before anybody looks: their names and, for `certify`, their class.
 * A class is a list of facts that must then be proven (`claims`, by HostFacts path); a survey claims nothing.
 */
export const Inventory = z.strictObject({
  schema: z.literal('assay/inventory'),
  schemaVersion: z.literal(1),
  nodes: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
        /** How to reach it, `[user@]host[:port]` as ssh takes it; absent: its name, or this machine for `local`. */
        host: z.string().optional(),
        class: z.string().optional(),
        claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
        /** Directory that storage steps write to; absent: below the agent's state directory. */
        scratch: z.string().optional(),
      }),
    )
    .min(1),
});
export type Inventory = z.infer<typeof Inventory>;
