import * as z from 'zod';
import { date, speed } from './nights.ts';

/** The series of one machine, night by night (`assay history show NODE --json`). */
export const MachineNights = z.strictObject({
  schema: z.literal('assay/machine-nights'),
  schemaVersion: z.literal(1),
  machine: z.string(),
  series: z.array(
    z.strictObject({
      subject: z.string(),
      metric: z.string(),
      title: z.string(),
      dimensions: z.string(),
      tool: z.string(),
      unit: z.string(),
      better: z.enum(['higher', 'lower']),
      nights: z.array(
        z.strictObject({
          night: date,
          /** Median of its runs, in base units. */
          value: z.number(),
          state: z.enum(['quiet', 'suspect', 'worse', 'unjudged']),
          speeds: z.array(speed),
          change: z.number().optional(),
          deviation: z.number().optional(),
        }),
      ),
    }),
  ),
});
export type MachineNights = z.infer<typeof MachineNights>;
