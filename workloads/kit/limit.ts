import * as z from 'zod';
import { Dimensions, MetricId } from './sample.ts';
import { Unit } from './unit.ts';

/** Where a limit comes from: who says so, where exactly, and what it says. */
export const LimitSource = z.strictObject({
  title: z.string().min(1),
  locator: z.string().min(1),
  retrieved: z.iso.date(),
  kind: z.enum(['vendor', 'provider', 'contract', 'reference', 'baseline', 'definition']),
  says: z.string().min(1),
});

/**
 * A number to hold a metric against (`workloads/<id>/thresholds/<class>.json`). `where` selects samples
 * (block size, dtype …); `proof` are dimensions that a selected sample must carry, else its cell is `invalid`
 * (a number measured on another transport is not a slow NVMe drive, it is no NVMe number).
 */
export const Limit = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  metric: MetricId,
  tools: z.array(z.string()).optional(),
  where: Dimensions,
  proof: Dimensions.default({}),
  /**
   * `growth`: by how much it grew in the run, since what a counter has from before says nothing about it. Of the windows of a
   * soak, for its requirements alone: `kept`, which share of a speed of the first ones the last ones have (`unit: ratio`); `same`, how
   * many differ from most others. `siblings`: which share it has of the median of all devices of its model in the node
   * (`unit: ratio`); with `equal` and 1, it has what most of them have.
   */
  statistic: z.enum(['growth', 'kept', 'same', 'siblings']).optional(),
  comparator: z.enum(['atLeast', 'atMost', 'equal']),
  value: z.number(),
  unit: Unit,
  /** Greatest value that physics or the specification allows, in `unit`; a limit above it is refused. */
  ceiling: z.number().positive().optional(),
  /**
   * Shown, and no cell passes or fails by it: a floor so far below what is healthy that a half-broken machine holds it, or nothing
   * but the most that a part can do (`atMost`).
   */
  decides: z.literal(false).optional(),
  hardware: z.strictObject({ class: z.string(), models: z.array(z.string()).optional() }),
  rule: z.string().min(1),
  evidence: z.array(LimitSource).min(1),
});
export type Limit = z.infer<typeof Limit>;

/** Whether what a contract states takes the place of a published limit: one for the same or fewer samples, on the same side. */
export const displaces = (stated: Limit, published: Limit): boolean =>
  stated.comparator === published.comparator &&
  Object.entries(stated.where).every(([key, value]) => published.where[key] === value);

/** Whether cells pass and fail by a limit, or are only shown it. */
export const decides = (limit: Limit): boolean => limit.decides !== false;

export const LimitFile = z.strictObject({
  schema: z.literal('assay/limits'),
  schemaVersion: z.literal(1),
  limits: z.array(Limit),
});
