import * as z from 'zod';
import { Unit } from '../../workloads/kit/unit.ts';
import { Cell } from './cell.ts';
import { Measurement } from './measurement.ts';
import { Said } from './said.ts';
import { FactValue } from './said-parts.ts';

/** What the probes found out about a node, in a group of facts; or why they did not. */
export const NodeFact = z.strictObject({
  group: z.string(),
  name: z.string(),
  value: z.union([FactValue, z.array(FactValue)]).optional(),
  unit: Unit.optional(),
  unknown: z.string().optional(),
});
export type NodeFact = z.infer<typeof NodeFact>;

/** What became of one step. */
export const Attempt = z.strictObject({
  step: z.string(),
  node: z.string(),
  workload: z.string(),
  tool: z.string(),
  repetition: z.number().int(),
  execution: z.string(),
  reason: Said.optional(),
  durationMs: z.number().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/**
 * What a verdict says of one node alone. Those of many nodes stand beside the verdict, one document each
 * (`verdicts/<profile>/<node>.json`), which it names by their digests: none of its documents is too large to be read.
 */
export const Sheet = z.strictObject({
  schema: z.literal('assay/sheet'),
  schemaVersion: z.literal(1),
  run: z.string(),
  profile: z.string(),
  node: z.string(),
  facts: z.array(NodeFact),
  cells: z.array(Cell),
  measurements: z.array(Measurement),
  attempts: z.array(Attempt),
});
export type Sheet = z.infer<typeof Sheet>;

/** Where the sheet of a node lies, and the digest of its bytes. */
export const SheetName = z.strictObject({ node: z.string(), path: z.string(), sha256: z.string() });
export type SheetName = z.infer<typeof SheetName>;
