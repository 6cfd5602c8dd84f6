import * as z from 'zod';
import { CellVerdict } from './cell.ts';
import { RepairState } from './repair-state.ts';
import { Said } from './said.ts';

/**
 * Why an entry is in its state. `found`: it was not right when it was last measured. `unexplained`: it was right since, and nothing says
 * that anybody repaired it. `unrecognised`: it was right since on a machine that is known by its name or place alone. What explains a
 * repair: `replaced` (another part is in its place), `changed` (the state of the machine is another one), `told`. `read-anew`: a fact,
 * which is what it is now. `measured`: it had never been shown to be wrong.
 */
export const KeptReason = z.enum([
  'found',
  'unexplained',
  'unrecognised',
  'replaced',
  'changed',
  'told',
  'read-anew',
  'measured',
]);
export type KeptReason = z.infer<typeof KeptReason>;

/** One row of the punch lists of all runs: what was found on one machine, or on several together, for one cause. */
export const KeptEntry = z.strictObject({
  state: RepairState.exclude(['part replaced']),
  why: KeptReason,
  /** What was replaced, changed or told. */
  repair: z.string().optional(),
  /** As the last run calls them that found it. */
  nodes: z.array(z.string()).min(1),
  rack: z.string().optional(),
  slot: z.string().optional(),
  /** Of the machine, where it is one and says it. */
  serial: z.string().optional(),
  /** A device of it; absent: the machine itself, or what several did. */
  device: z.string().optional(),
  part: z.string().optional(),
  owner: z.enum(['hardware', 'configuration', 'environment']),
  level: z.enum(['required', 'advisory']),
  verdict: CellVerdict,
  symptom: Said,
  action: Said,
  cells: z.array(z.string()),
  evidence: z.array(z.string()),
  /** The runs that found it first and last, and that saw all of it right since. */
  first: z.string(),
  last: z.string(),
  right: z.string().optional(),
});
export type KeptEntry = z.infer<typeof KeptEntry>;

/** The punch list of several runs (`assay punch-list`): what was found, and how far its repair has come. Made from evidence alone. */
export const KeptPunchList = z.strictObject({
  schema: z.literal('assay/punch-list'),
  schemaVersion: z.literal(1),
  /** The version that judged all of them. */
  assay: z.string(),
  profile: z.strictObject({ id: z.string(), version: z.string(), title: z.string() }),
  /** In the order of time. */
  runs: z.array(z.strictObject({ id: z.string(), startedAt: z.iso.datetime(), purpose: z.string() })).min(1),
  rehearsal: z.boolean().optional(),
  exitCode: z.number().int(),
  /** Open ones first. */
  entries: z.array(KeptEntry),
});
export type KeptPunchList = z.infer<typeof KeptPunchList>;
