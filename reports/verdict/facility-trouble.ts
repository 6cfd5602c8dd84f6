import * as z from 'zod';

/** What is the matter with a facility that cools by a liquid, or with the command that tells of it, with the words for that. */
export const FacilityTrouble = z.strictObject({
  kind: z.enum(['leak', 'no-flow', 'stale', 'ended', 'not-started', 'unreadable', 'floods']),
  said: z.string().optional(),
});
export type FacilityTrouble = z.infer<typeof FacilityTrouble>;
