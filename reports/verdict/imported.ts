import * as z from 'zod';
import { Dimensions } from '../../workloads/kit/sample.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { ComparisonRow } from './comparison.ts';

const whole = z.number().int().nonnegative();

/** A file that was understood. */
const ReadFile = z.strictObject({
  path: z.string(),
  bytes: whole,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.string(),
  title: z.string(),
  /** Whether this format was ever seen from a machine here, or follows public reports. */
  origin: z.enum(['recorded', 'rebuilt']),
  workload: z.string(),
  toolVersion: z.string().optional(),
  samples: whole,
  unmeasured: z.array(z.string()),
});

/** How an imported sample stands against published limits. It never passes: nobody saw it being measured. */
const Held = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.enum(['reaches', 'misses']),
    limit: z.string(),
    comparator: z.enum(['atLeast', 'atMost', 'equal']),
    value: z.number(),
    source: z.string(),
  }),
  z.strictObject({ outcome: z.literal('not-judged'), why: z.string() }),
]);
export type Held = z.infer<typeof Held>;

/** One number of a log. */
export const ImportedSample = z.strictObject({
  /** Place in `files`. */
  file: whole,
  /** `after`: of the files that were given as such. */
  side: z.enum(['before', 'after']),
  /** Which directory of its side it is from, each of which is one session. */
  session: z.number().int().positive(),
  metric: z.string(),
  title: z.string(),
  value: z.number(),
  unit: Unit,
  better: z.enum(['higher', 'lower']),
  dimensions: Dimensions,
  tool: z.string(),
  device: z.string().optional(),
  at: z
    .array(
      z.union([
        z.strictObject({ line: z.number().int().positive() }),
        z.strictObject({ pointer: z.string() }),
      ]),
    )
    .min(1),
  invalid: z.string().optional(),
  /** Only where hardware was named to hold it against. */
  held: Held.optional(),
});
export type ImportedSample = z.infer<typeof ImportedSample>;

/** What two sides of logs say of one metric: as in a comparison, with a directory of logs for a session. */
export const ImportedRow = z.strictObject({
  ...ComparisonRow.pick({ metric: true, title: true, unit: true, better: true, dimensions: true, tool: true })
    .shape,
  device: z.string().optional(),
  before: z.array(z.number()),
  after: z.array(z.number()),
  ...ComparisonRow.pick({ margin: true, ratio: true, outcome: true }).shape,
  /** Why it has that outcome. */
  reason: z.string(),
});
export type ImportedRow = z.infer<typeof ImportedRow>;

/**
 * What logs say that somebody brought (`assay parse`). Its samples are _imported_: judged and compared, and never certified. It is no
 * verdict, nothing in it passes, and nothing signs it.
 */
export const Imported = z.strictObject({
  schema: z.literal('assay/imported'),
  schemaVersion: z.literal(1),
  assay: z.string(),
  origin: z.literal('imported'),
  hardware: z.strictObject({ class: z.string().optional(), model: z.string().optional() }).optional(),
  files: z.array(ReadFile),
  /** Files that were not understood, each with the reason. */
  refused: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  samples: z.array(ImportedSample),
  compared: z.array(ImportedRow).optional(),
  exitCode: z.literal([0, 1, 2]),
});
export type Imported = z.infer<typeof Imported>;
