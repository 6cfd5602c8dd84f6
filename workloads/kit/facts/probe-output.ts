import * as z from 'zod';

/**
 * The raw output of one probe, before any interpretation: probes are evidence, HostFacts is a reading of it.
 * `absent`: the program or file does not exist, which is itself a finding; `denied`: it needs more rights.
 */
export const ProbeOutput = z.strictObject({
  id: z.string(),
  status: z.enum(['read', 'absent', 'denied', 'failed', 'timeout']),
  text: z.string(),
  exitCode: z.number().int().optional(),
});
export type ProbeOutput = z.infer<typeof ProbeOutput>;

/** All probes of a node, as `steps/facts/probes.json` keeps them. */
export const ProbeDocument = z.strictObject({
  schema: z.literal('assay/probes'),
  schemaVersion: z.literal(1),
  /** The directory that storage steps will write to. */
  scratchPath: z.string(),
  probes: z.array(ProbeOutput),
});
export type ProbeDocument = z.infer<typeof ProbeDocument>;
