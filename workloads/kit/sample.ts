import * as z from 'zod';
import { Subject } from './subject.ts';
import { Unit } from './unit.ts';

/** A metric's full name: `<workload>.<metric>`, both camelCase or kebab nouns, no unit and no parameter in it. */
export const MetricId = z.string().regex(/^[a-z][a-z0-9-]*\.[a-z][a-zA-Z0-9]*$/);

/** What distinguishes samples of one metric: block size, cores, dtype, pattern, `quantile` … */
export const Dimensions = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type Dimensions = z.infer<typeof Dimensions>;

/**
 * Where a number stands in the raw output of its step: the command's id, `stdout`, `stderr`, `counters` or
 * an artifact's file name, and a 1-based line or a JSON pointer (RFC 6901) in it.
 */
export const SourcePlace = z.union([
  z.strictObject({ command: z.string(), output: z.string(), line: z.number().int().positive() }),
  z.strictObject({ command: z.string(), output: z.string(), pointer: z.string() }),
]);
export type SourcePlace = z.infer<typeof SourcePlace>;

/** `embedded` numbers are indicative: they never satisfy a required cell. */
export const Origin = z.enum(['native', 'embedded', 'imported']);
export type Origin = z.infer<typeof Origin>;

/**
 * One reading of one step, in a base unit, as `samples/<node>.json` keeps it. `invalid` says why the reading cannot
 * be used (an unusable number is evidence too: it is kept and named, never dropped).
 */
export const Sample = z.strictObject({
  metric: MetricId,
  value: z.number(),
  unit: Unit,
  dimensions: Dimensions,
  subject: Subject,
  tool: z.string(),
  toolVersion: z.string().optional(),
  step: z.string(),
  session: z.number().int().positive(),
  origin: Origin,
  at: z.array(SourcePlace).min(1),
  invalid: z.string().optional(),
});
export type Sample = z.infer<typeof Sample>;
