import * as z from 'zod';

/** One measurement of a suite: a workload with parameters, how often, and how long each may take. */
export const SuiteEntry = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .max(64),
  workload: z.string(),
  /** A tool's id pins it; absent: the best-ranked tool that can serve the parameters (surveys only). */
  tool: z.string().optional(),
  params: z.record(z.string(), z.unknown()),
  /**
   * For workloads that several nodes run together: `pairs` in rounds of disjoint pairs, one round per repetition, each
   * node with another partner in every round while there are any; `all` nodes at once.
   */
  across: z.enum(['pairs', 'all']).optional(),
  /** Run in every window of the soak, with all others that say so; its `seconds` and budget are for a window of an hour. */
  soak: z.literal(true).optional(),
  repetitions: z.number().int().min(1).max(12),
  /** Wall time of one repetition; the plan adds these up and prints the total beforehand. */
  budgetSeconds: z.number().int().positive().max(86_400),
});
export type SuiteEntry = z.infer<typeof SuiteEntry>;

const SoakLength = z.strictObject({
  seconds: z.number().int().positive(),
  windows: z.number().int().positive().max(1000),
});
export type SoakLength = z.infer<typeof SoakLength>;

/**
 * Whether runs are added where those that were planned do not decide a requirement that counts them: in a session of its own each
 * time, behind a rest, since what follows at once has heat and neighbours in common with what was.
 */
const Extension = z.strictObject({
  /** Nothing is put on the node for so long; half an hour, less only in a rehearsal. */
  restSeconds: z.number().int().positive().max(86_400),
  /** How many such sessions a node has at most. */
  sessions: z.number().int().min(1).max(4),
});

/** What is run, as a whole. Repetitions are interleaved: all first ones, all second ones … */
export const Suite = z.strictObject({
  schema: z.literal('assay/suite'),
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string(),
  title: z.string().min(1),
  /**
   * Share of a machine's CPU time that others may take while a step runs (0 to 1): above it the step's speeds are invalid.
   * 0.10 when not said. Machines that are one (namespaces, containers of a test) have each other for others.
   */
  otherWorkAtMost: z.number().min(0).max(1).optional(),
  /** How long the soak takes, and in how many windows of like length: hours, which a rehearsal makes shorter. */
  soak: SoakLength.optional(),
  /**
   * How long every machine is watched before anything is put on it, to see whether somebody uses it, while the rest of it is
   * looked at. Where it is not said, a machine is looked at once.
   */
  watchSeconds: z.number().int().positive().max(600).optional(),
  extension: Extension.optional(),
  /**
   * One night of a series: what counts runs (`typical`) is decided by the median of at least three, and by what is usual for its
   * subject; what several nodes or siblings do, by the median alone. No acceptance: a report on it is a screening report.
   */
  series: z.literal(true).optional(),
  entries: z.array(SuiteEntry).min(1),
});
export type Suite = z.infer<typeof Suite>;

/** A suite that ships with Assay (`harness/suites/<id>.yaml`): the workloads give its entries. */
export const SuiteFrame = Suite.omit({ entries: true, soak: true });

/** What a workload gives for a suite (`workloads/<id>/suites/<suite>.yaml`); lower orders come first, then by id. */
export const SuiteEntries = z.strictObject({
  schema: z.literal('assay/suite-entries'),
  schemaVersion: z.literal(1),
  order: z.number().int().nonnegative().default(100),
  entries: z.array(SuiteEntry.omit({ workload: true })).min(1),
});
