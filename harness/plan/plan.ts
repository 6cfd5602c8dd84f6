import * as z from 'zod';
import { StepId, StepRequest } from '../../agents/protocol/step.ts';
import { Said } from '../../reports/verdict/said.ts';
import type { Subject } from '../../workloads/kit/subject.ts';
import { subjectOfGroup } from '../../workloads/kit/subject.ts';

/** A thing that a verdict is about, as the facts or the suite name it. `id` is its name. */
export const PlannedSubject = z.strictObject({
  id: z.string(),
  node: z.string(),
  /** A pair or group is no node's: `node` is its own id then. */
  kind: z.enum(['node', 'accelerator', 'drive', 'nic', 'pair', 'group']),
  label: z.string(),
  /** Of a device: what it is called on its node. */
  device: z.string().optional(),
  /** Of a pair or group. */
  members: z.array(z.string()).optional(),
});
export type PlannedSubject = z.infer<typeof PlannedSubject>;

/** What a verdict calls a planned subject. */
export function subjectOf({ id, node, kind, device, members = [] }: PlannedSubject): Subject {
  switch (kind) {
    case 'node':
      return { kind: 'node', node };
    case 'pair':
    case 'group':
      return subjectOfGroup(id, members);
    case 'accelerator':
    case 'drive':
    case 'nic':
      // Plans before 2026-11-29 have only the id.
      return { kind: 'device', node, device: device ?? id.slice(node.length + 1) };
  }
}

/** Plans before 2026-11-29 have sentences where keys with values are now. */
const PlanReason = z.union([z.string().transform((text): Said => ({ say: 'quoted', text })), Said]);

/** A step with the suite entry it repeats. */
export const PlannedStep = StepRequest.extend({
  node: z.string(),
  entry: z.string(),
  /** Added during the run to find out who is to blame for a bad one. */
  isExtra: z.boolean().optional(),
  /** Goes on beside this step, which several nodes run together, on one of them. It is begun with it or never. */
  beside: StepId.optional(),
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
  beside: _____,
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
  subjects: z.array(PlannedSubject),
  /** The coverage matrix: cell ids `<subject>:<requirement>`. */
  cells: z.array(z.string()),
  /** Compiled: a plan may have half a million of them. */
  steps: z.array(z.compile(PlannedStep)),
  /** Suite entries that no tool can serve here, and why. */
  unplanned: z.array(
    z.strictObject({ node: z.string(), entry: z.string(), workload: z.string(), reason: PlanReason }),
  ),
  /** Nodes that answered and take no part, because of what their facts say: nothing is planned for them. */
  leftOut: z.array(z.strictObject({ node: z.string(), reason: PlanReason })).optional(),
  budgetSeconds: z.number().nonnegative(),
});
export type Plan = z.infer<typeof Plan>;
