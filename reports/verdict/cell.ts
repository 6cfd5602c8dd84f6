import * as z from 'zod';
import { Subject } from '../../workloads/kit/subject.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { Said } from './said.ts';
import { FactValue, MissingKind } from './said-parts.ts';

/** The only words for a cell (subject × requirement), the worst first. Only `pass` counts as met. */
export const CellVerdict = z.enum(['fail', 'invalid', 'missing', 'inconclusive', 'pass', 'not-applicable']);
export type CellVerdict = z.infer<typeof CellVerdict>;

const quantity = z.strictObject({ value: z.number(), unit: Unit });

/** What was seen for a cell: statistics of samples in base units, or a fact. */
export const Observed = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('samples'),
    unit: Unit,
    n: z.number().int().positive(),
    median: z.number(),
    min: z.number(),
    max: z.number(),
    steps: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('fact'),
    path: z.string(),
    value: FactValue,
    unit: Unit.optional(),
  }),
]);

/** One field of the coverage matrix, decided. */
export const Cell = z.strictObject({
  /** `<subject>:<requirement>`, the name that `explain` takes. */
  id: z.string(),
  subject: Subject,
  /** Of a pair or group that does not meet it: the members that are to blame. */
  blamedOn: z.array(z.string()).min(1).optional(),
  requirement: z.string(),
  title: z.string(),
  dimension: z.string(),
  level: z.enum(['required', 'advisory']),
  owner: z.enum(['hardware', 'configuration', 'environment']),
  gate: z.boolean(),
  verdict: CellVerdict,
  /** Expected, found; or why there is nothing to hold against the requirement. */
  reason: Said,
  missing: MissingKind.optional(),
  limit: z
    .strictObject({
      id: z.string(),
      comparator: z.enum(['atLeast', 'atMost', 'equal', 'oneOf', 'noneOf']),
      expected: z.union([quantity, z.array(FactValue), FactValue]),
      source: z.string(),
    })
    .optional(),
  sampling: z.enum(['exact', 'screening', 'typical', 'windows', 'series']),
  observed: Observed.optional(),
  /** What to do about it; present on every cell that is not `pass`. */
  action: Said.optional(),
});
export type Cell = z.infer<typeof Cell>;

export const Counts = z.strictObject({
  fail: z.number().int().nonnegative(),
  invalid: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
  inconclusive: z.number().int().nonnegative(),
  pass: z.number().int().nonnegative(),
  'not-applicable': z.number().int().nonnegative(),
});
export type Counts = z.infer<typeof Counts>;
