import * as z from 'zod';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { Dimensions, Origin, SourcePlace } from '../../workloads/kit/sample.ts';
import { nameOf, Subject } from '../../workloads/kit/subject.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { Said } from './said.ts';

/** What a run of samples says about one metric with one set of dimensions on one subject by one tool. */
export const Measurement = z.strictObject({
  metric: z.string(),
  title: z.string(),
  unit: Unit,
  better: z.enum(['higher', 'lower']),
  correctness: z.boolean(),
  dimensions: Dimensions,
  subject: Subject,
  tool: z.string(),
  toolVersion: z.string().optional(),
  origin: Origin,
  n: z.number().int().positive(),
  /** How many runs were planned of those that these are of, when some of them gave nothing. */
  planned: z.strictObject({ done: z.number().int(), of: z.number().int() }).optional(),
  median: z.number(),
  min: z.number(),
  max: z.number(),
  /** Of the median, by order statistics; `confidence` is what it really has. Absent where the runs are too few for 95 %. */
  interval: z
    .strictObject({ lower: z.number(), upper: z.number(), confidence: z.number().min(0).max(1) })
    .optional(),
  /** Why these numbers cannot be used, when they cannot. */
  invalid: Said.optional(),
  /** All values in order; of more than 20 this many, evenly from the lowest to the highest. */
  spread: z.array(z.number()).max(20),
  /** The lowest, the middle and the highest (each value once), and where they stand; the samples of the node have all. */
  readings: z.array(z.strictObject({ step: z.string(), value: z.number(), at: z.array(SourcePlace) })).max(3),
});
export type Measurement = z.infer<typeof Measurement>;

/** Samples share their dimensions, of which there are few. */
const keys = new WeakMap<Dimensions, string>();

/** Dimensions as one string, whatever the order in which a tool named them. */
export function keyOfDimensions(dimensions: Dimensions): string {
  const known = keys.get(dimensions);
  if (known !== undefined) return known;
  const key = JSON.stringify(Object.entries(dimensions).toSorted(([a], [b]) => compareText(a, b)));
  keys.set(dimensions, key);
  return key;
}

/** By everything that tells measurements apart, the metric first; a verdict has them in the order of these keys. */
export const keyOfMeasurement = ({
  metric,
  subject,
  tool,
  dimensions,
  toolVersion = '',
  origin,
  unit,
  invalid,
}: Pick<
  Measurement,
  'metric' | 'subject' | 'tool' | 'dimensions' | 'toolVersion' | 'origin' | 'unit' | 'invalid'
>): string =>
  JSON.stringify([
    metric,
    nameOf(subject),
    tool,
    keyOfDimensions(dimensions),
    toolVersion,
    origin,
    unit,
    invalid ?? '',
  ]);
