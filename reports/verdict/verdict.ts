import * as z from 'zod';
import { Dimensions, Origin, SourcePlace } from '../../workloads/kit/sample.ts';
import { Subject } from '../../workloads/kit/subject.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { FactValue, Said } from './said.ts';

/** The only words for a cell (subject × requirement), the worst first. Only `pass` counts as met. */
export const CellVerdict = z.enum(['fail', 'invalid', 'missing', 'inconclusive', 'pass', 'not-applicable']);
export type CellVerdict = z.infer<typeof CellVerdict>;

/** Why there is no measurement, so that `missing` always comes with a cause and an action. */
export const MissingKind = z.enum([
  'not-run',
  'no-tool',
  'no-limit',
  'no-claim',
  'not-covered',
  'no-driver',
  'unknown-fact',
  'no-access',
  'no-subject',
  'same-machine',
]);
export type MissingKind = z.infer<typeof MissingKind>;

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
  sampling: z.enum(['exact', 'screening', 'typical']),
  observed: Observed.optional(),
  /** What to do about it; present on every cell that is not `pass`. */
  action: Said.optional(),
});
export type Cell = z.infer<typeof Cell>;

/** Cells that are not met for one cause, folded into one row for the person who has to act. */
export const Defect = z.strictObject({
  id: z.string(),
  /** The nodes, or the groups that no node is blamed for, that it is about. */
  nodes: z.array(z.string()).min(1),
  /** The one thing that all of it is about, where it is one. */
  subject: Subject.optional(),
  owner: z.enum(['hardware', 'configuration', 'environment']),
  symptom: Said,
  verdict: CellVerdict,
  action: Said,
  /** Empty for a measurement that came to nothing and that no cell asked for. */
  cells: z.array(z.string()),
  /** Paths in the run directory. */
  evidence: z.array(z.string()),
  /** Serial number or other identity of the part, where one is known. */
  part: z.string().optional(),
  /** What has to be measured again after the repair. */
  retest: Said.optional(),
});
export type Defect = z.infer<typeof Defect>;

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

export const Counts = z.strictObject({
  fail: z.number().int().nonnegative(),
  invalid: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
  inconclusive: z.number().int().nonnegative(),
  pass: z.number().int().nonnegative(),
  'not-applicable': z.number().int().nonnegative(),
});
export type Counts = z.infer<typeof Counts>;

/**
 * One measurement that several nodes took part in. `unknown`: it was not run, or ended by something that says nothing
 * about its members (a cancellation, a coordinator that was lost).
 */
export const Trial = z.strictObject({
  step: z.string(),
  /** The name of the group: `node1+node2`, `node[1-4]`. */
  group: z.string(),
  members: z.array(z.string()).min(1),
  outcome: z.enum(['good', 'bad', 'unknown']),
  /** What it is bad in; of a good one, `speed` when a limit of speed was among what it was held against. */
  about: z.enum(['result', 'speed']).optional(),
  /** The number against its limit, or why there is none. */
  reason: Said,
  /** Added during the run to find out who is to blame; the others stood in the plan. */
  isExtra: z.boolean(),
});
export type Trial = z.infer<typeof Trial>;

/** Who a bad trial is blamed on, and why: never without partners that are known to be good. */
export const Blame = z.strictObject({
  /** The node to blame; absent: the members only fail together, or nobody could be singled out. */
  node: z.string().optional(),
  members: z.array(z.string()).min(1),
  /** The partner logic. */
  reason: Said,
  steps: z.array(z.string()),
});
export type Blame = z.infer<typeof Blame>;

/** What the probes found out about a node, in a group of facts; or why they did not. */
export const NodeFact = z.strictObject({
  group: z.string(),
  name: z.string(),
  value: z.union([FactValue, z.array(FactValue)]).optional(),
  unit: Unit.optional(),
  unknown: z.string().optional(),
});
export type NodeFact = z.infer<typeof NodeFact>;

/** The verdict on one profile; `unreached`: no subject was reached at all. */
export const Conclusion = z.enum(['pass', 'fail', 'undecided', 'unreached']);
export type Conclusion = z.infer<typeof Conclusion>;

/** What an asset can be used for, and the one reason that decided. */
export const AssetVerdict = z.strictObject({
  node: z.string(),
  class: z.strictObject({ id: z.string(), how: z.enum(['claimed', 'inferred']) }),
  verdict: z.enum(['A', 'B', 'C', 'D', 'U']),
  meaning: Said,
  reason: Said,
  /** The requirement that decided; absent when nothing could be judged. */
  decidedBy: z.string().optional(),
  /** How the node stands in every profile of the ladder, best first. */
  ladder: z.array(z.strictObject({ profile: z.string(), conclusion: Conclusion, reason: Said })),
});
export type AssetVerdict = z.infer<typeof AssetVerdict>;

/** Something that this run does not say anything about: of these nodes, or of none in particular. */
export const NotShown = z.strictObject({
  what: Said,
  about: z.array(z.string()).min(1).optional(),
  reason: Said,
});
export type NotShown = z.infer<typeof NotShown>;

/**
 * The verdict on a run against one profile: everything that a report shows, and nothing that depends on when
 * or where it was judged. `judge` on any copy of the run directory gives the same bytes.
 */
export const Verdict = z.strictObject({
  schema: z.literal('assay/verdict'),
  schemaVersion: z.literal(2),
  /** The version that parsed and judged. */
  assay: z.string(),
  run: z.strictObject({
    id: z.string(),
    startedAt: z.iso.datetime(),
    purpose: z.enum(['survey', 'certify']),
    /** The version that measured. */
    assay: z.string(),
  }),
  profile: z.strictObject({ id: z.string(), version: z.string(), title: z.string(), digest: z.string() }),
  suite: z.strictObject({ id: z.string(), version: z.string() }),
  /** A report resting on 1–5 runs per metric is a screening report, never a certificate. */
  kind: z.enum(['screening report', 'test report']),
  conclusion: Conclusion,
  exitCode: z.number().int(),
  headline: Said,
  counts: z.strictObject({ required: Counts, advisory: Counts }),
  assets: z.array(AssetVerdict),
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      reached: z.boolean(),
      why: Said.optional(),
      /** The node that this is another name of: the machine is measured there, and counted once. */
      sameAs: z.string().optional(),
      /** Digest of what makes this machine this one, when it was written down. */
      identity: z.string().optional(),
      /** Keepers that took over from another, each with the facts that it took. */
      restarts: z.array(z.strictObject({ rebooted: z.boolean(), facts: z.string().optional() })).optional(),
      facts: z.array(NodeFact),
    }),
  ),
  /** Present when the run is about more than one node: how each of them stands, and where it is. */
  block: z
    .strictObject({
      /** In the order of the inventory. A node is as good as its worst required cell, and what it is blamed for. */
      nodes: z.array(
        z.strictObject({
          id: z.string(),
          conclusion: Conclusion,
          reason: Said,
          rack: z.string().optional(),
          slot: z.string().optional(),
        }),
      ),
      /** Measurements across nodes, in the order in which they were made. */
      trials: z.array(Trial),
      blames: z.array(Blame),
      /** Present in the part of a document that is about one of its nodes: what that part was taken from. */
      whole: z.strictObject({ nodes: z.number().int().positive(), conclusion: Conclusion }).optional(),
    })
    .optional(),
  cells: z.array(Cell),
  defects: z.array(Defect),
  measurements: z.array(Measurement),
  /** Every planned step, with what became of it; nothing that was tried is left out. */
  attempts: z.array(
    z.strictObject({
      step: z.string(),
      node: z.string(),
      workload: z.string(),
      tool: z.string(),
      repetition: z.number().int(),
      execution: z.string(),
      reason: Said.optional(),
      durationMs: z.number().optional(),
    }),
  ),
  /** Requirements that somebody has let go of, for whom, why and until when. */
  waivers: z
    .array(
      z.strictObject({
        requirement: z.string(),
        subject: z.string(),
        reason: z.string(),
        by: z.string(),
        expires: z.iso.date(),
      }),
    )
    .optional(),
  /** Cells that a repair has taken the place of: what they said, and since when that is past. */
  superseded: z
    .array(z.strictObject({ cell: z.string(), verdict: CellVerdict, by: z.string(), at: z.iso.datetime() }))
    .optional(),
  /** A run to try things out, which says nothing about any machine. */
  rehearsal: z.boolean().optional(),
  /** The place of this verdict in a ledger of verdicts. */
  ledger: z.strictObject({ position: z.number().int().nonnegative(), head: z.string() }).optional(),
  /** What was not shown, as prominent as what was. */
  notShown: z.array(NotShown),
  evidence: z.strictObject({
    inputs: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
    /** `decisions.ndjson`: what was added and left out during the run. */
    decisions: z.strictObject({ records: z.number().int(), sha256: z.string() }).optional(),
    /** Files that are not what a header, a chain or a plan says: nothing of their node counts. */
    damage: z
      .array(z.strictObject({ node: z.string(), file: z.string(), expected: z.string(), found: z.string() }))
      .optional(),
    journals: z.array(z.strictObject({ node: z.string(), records: z.number().int(), head: z.string() })),
    /** Beside the verdict, not in it: every sample that was taken on a node. */
    samples: z.array(z.strictObject({ node: z.string(), path: z.string(), sha256: z.string() })),
  }),
});
export type Verdict = z.infer<typeof Verdict>;

export type Block = NonNullable<Verdict['block']>;
export type BlockNode = Block['nodes'][number];
