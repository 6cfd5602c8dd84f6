import * as z from 'zod';
import { MetricId } from '../../workloads/kit/sample.ts';
import { Unit } from '../../workloads/kit/unit.ts';

const text = z.string().max(1000);

/** What the nights before said of one metric of one part of a machine: where it usually lies, and how it varies. */
export const KnownSeries = z.strictObject({
  /** Serial number, UUID, or else the name of the machine. */
  machine: text.min(1),
  /** Of a device in it: what it is called there. */
  device: text.optional(),
  metric: MetricId,
  /** As `keyOfDimensions` writes them. */
  dimensions: text,
  /** Behind it the versions that it said, if any. */
  tool: text,
  unit: Unit,
  better: z.enum(['higher', 'lower']),
  /** Of its nights, in the unit. */
  middle: z.number().positive(),
  /** How far nights are from that, as a standard deviation of the logarithm. */
  scale: z.number().positive().max(10),
  /** That it was made of. */
  nights: z.number().int().positive(),
});
export type KnownSeries = z.infer<typeof KnownSeries>;

/** What an index of nights knew when a run was begun (`inputs/series.json`), of the metrics that are judged as series. */
export const SeriesDocument = z.strictObject({
  schema: z.literal('assay/series'),
  schemaVersion: z.literal(1),
  series: z.array(z.compile(KnownSeries)).max(2_000_000),
});
type SeriesDocument = z.infer<typeof SeriesDocument>;

/** The same as a document. */
export const seriesDocument = (series: readonly KnownSeries[]): SeriesDocument => ({
  schema: 'assay/series',
  schemaVersion: 1,
  series: [...series],
});
