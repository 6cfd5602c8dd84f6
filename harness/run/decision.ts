import { z } from 'zod';
import { PlannedStep } from './plan.ts';

/**
 * What was decided while the run went on (`decisions.ndjson`, in order). The plan never changes: steps are added to it
 * here, to find out who is to blame, and steps of it are left out here, with the reason.
 */
export const Decision = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extra'), at: z.iso.datetime(), steps: z.array(PlannedStep).min(1) }),
  z.strictObject({ kind: z.literal('skip'), at: z.iso.datetime(), step: z.string(), reason: z.string() }),
]);
export type Decision = z.infer<typeof Decision>;
