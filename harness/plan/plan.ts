import * as z from 'zod';
import { StepId, StepRequest } from '../../agents/protocol/step.ts';

/** A thing that a verdict is about. `id` is `<node>` or `<node>/<device identity>`. */
export const Subject = z.strictObject({
  id: z.string(),
  node: z.string(),
  /** A pair or group is no node's: `node` is its own id then. */
  kind: z.enum(['node', 'accelerator', 'drive', 'nic', 'pair', 'group']),
  label: z.string(),
  /** Of a pair or group. */
  members: z.array(z.string()).optional(),
});
export type Subject = z.infer<typeof Subject>;

/** A step with the suite entry it repeats. */
export const PlannedStep = StepRequest.extend({
  node: z.string(),
  entry: z.string(),
  /** Added during the run to find out who is to blame for a bad one. */
  isExtra: z.boolean().optional(),
  /** Added in place of this step, which ended only because the coordinator left or the operator stopped the run. */
  replaces: StepId.optional(),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

/** What a node is asked for. */
export const requestOf = ({
  node: _,
  entry: __,
  isExtra: ___,
  replaces: ____,
  ...request
}: PlannedStep): StepRequest => request;

/**
 * What will be run and what will be judged, fixed before the first load (`plan.json`). A cell that is empty at
 * the end is `missing`; a planned step without evidence is listed, never forgotten.
 */
export const Plan = z.strictObject({
  schema: z.literal('assay/plan'),
  schemaVersion: z.literal(1),
  run: z.string(),
  profile: z.string(),
  subjects: z.array(Subject),
  /** The coverage matrix: cell ids `<subject>:<requirement>`. */
  cells: z.array(z.string()),
  steps: z.array(PlannedStep),
  /** Suite entries that no tool can serve here, and why. */
  unplanned: z.array(
    z.strictObject({ node: z.string(), entry: z.string(), workload: z.string(), reason: z.string() }),
  ),
  /** Nodes that answered and take no part, because of what their facts say: nothing is planned for them. */
  leftOut: z.array(z.strictObject({ node: z.string(), reason: z.string() })).optional(),
  budgetSeconds: z.number().nonnegative(),
});
export type Plan = z.infer<typeof Plan>;
