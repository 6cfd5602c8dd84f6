import * as z from 'zod';
import { Dimensions } from '../../workloads/kit/sample.ts';
import { Subject } from '../../workloads/kit/subject.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { Cell, CellVerdict, Counts } from './cell.ts';
import { Measurement } from './measurement.ts';
import { Said } from './said.ts';
import { Attempt, NodeFact, SheetName } from './sheet.ts';

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
  /** Serial number of the device, where it tells one. */
  part: z.string().optional(),
  /** What has to be measured again after the repair. */
  retest: Said.optional(),
});
export type Defect = z.infer<typeof Defect>;

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

/** The verdict on one profile; `unreached`: no subject was reached at all. */
export const Conclusion = z.enum(['pass', 'fail', 'undecided', 'unreached']);
export type Conclusion = z.infer<typeof Conclusion>;

/** Purposes of one kind, the best of which stands for all: a letter is about one of them. */
export const Family = z.enum(['ai', 'storage', 'cluster']);
export type Family = z.infer<typeof Family>;

const letter = {
  verdict: z.enum(['A', 'B', 'C', 'D', 'U']),
  meaning: Said,
  reason: Said,
  /** The requirement that decided; absent when nothing could be judged. */
  decidedBy: z.string().optional(),
};

/** What an asset can be used for, and the one reason that decided. */
export const AssetVerdict = z.strictObject({
  node: z.string(),
  class: z.strictObject({ id: z.string(), how: z.enum(['claimed', 'inferred']) }),
  /** What the letter is about: the family of the intended purpose. Absent in older documents. */
  family: Family.optional(),
  ...letter,
  /** The same for the other families of the ladder. */
  others: z.array(z.strictObject({ family: Family, ...letter })).optional(),
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

const LimitShown = z.strictObject({
  comparator: z.enum(['atLeast', 'atMost', 'equal']),
  value: z.number(),
  unit: Unit,
});

const ContractShown = z.strictObject({
  id: z.string(),
  title: z.string(),
  by: z.string(),
  date: z.iso.date(),
  /** The only class of machine that it is about. */
  class: z.string(),
  stated: z.array(z.strictObject({ requirement: z.string(), title: z.string(), stated: LimitShown })),
  /** Published limits that a weaker number has taken the place of. */
  deviations: z.array(
    z.strictObject({
      requirement: z.string(),
      title: z.string(),
      stated: LimitShown,
      published: LimitShown.extend({ id: z.string() }),
    }),
  ),
});

const outlierHead = {
  metric: z.string(),
  title: z.string(),
  unit: Unit,
  dimensions: Dimensions,
  /** `accelerator 3`: the fourth by its address; `node`. */
  slot: z.string(),
  /** Class and model of what is compared. */
  model: z.string(),
  /** How many were compared. */
  of: z.number().int().positive(),
  parts: z.array(z.strictObject({ subject: Subject, value: z.number() })).min(1),
};
/** Of equal parts in the same place of their nodes, `parts` lie far from the median of all; or are the worse of two kinds. */
export const Outlier = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('outliers'), ...outlierHead, median: z.number() }),
  z.strictObject({
    kind: z.literal('two-groups'),
    ...outlierHead,
    /** Of the lower and of the higher kind. */
    medians: z.array(z.number()).length(2),
  }),
]);
export type Outlier = z.infer<typeof Outlier>;

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
    /** Who vouched for heavy load without a coordinator. */
    unattended: z.string().optional(),
  }),
  profile: z.strictObject({ id: z.string(), version: z.string(), title: z.string(), digest: z.string() }),
  suite: z.strictObject({
    id: z.string(),
    version: z.string(),
    /** Share of a machine's CPU time that others were allowed, where the suite says another than is usual. */
    otherWorkAtMost: z.number().optional(),
  }),
  /** A report on few runs of one day is a screening report, never a certificate. */
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
      /** How many of its nodes a contract asks to conform, where that is not all of them. */
      quota: z
        .strictObject({ atLeast: z.number().int().positive(), of: z.number().int().positive() })
        .optional(),
      /** Present in the part of a document that is about one of its nodes: what that part was taken from. */
      whole: z.strictObject({ nodes: z.number().int().positive(), conclusion: Conclusion }).optional(),
    })
    .optional(),
  /** Hours of combined load on all nodes of the run together: each counts until its first failure, and none drops out. */
  soak: z
    .strictObject({
      windows: z.number().int().positive(),
      /** How long it was to be, on each. */
      seconds: z.number().positive(),
      nodes: z.number().int().positive(),
      /** How long it was, on all. */
      nodeSeconds: z.number().nonnegative(),
      failures: z.array(
        z.strictObject({ node: z.string(), window: z.number().int().positive(), what: Said }),
      ),
      /** The least mean time between failures that this shows, and how surely. */
      meanSeconds: z.number().nonnegative(),
      confidence: z.number(),
    })
    .optional(),
  /** Parts that are far slower than equal ones in the same place of other nodes: hints, of which no cell knows. */
  outliers: z.array(Outlier).optional(),
  cells: z.array(Cell),
  defects: z.array(Defect),
  measurements: z.array(Measurement),
  /** Every planned step, with what became of it; nothing that was tried is left out. */
  attempts: z.array(Attempt),
  /** What a customer stated for this purpose: numbers that nobody publishes, and where he asks for less than is published. */
  contract: ContractShown.optional(),
  /** Requirements that somebody has let go of, for whom, why and until when. */
  waivers: z
    .array(
      z.strictObject({
        requirement: z.string(),
        subject: z.string(),
        reason: z.string(),
        by: z.string(),
        expires: z.iso.date(),
        /** No cell of the run is called so: nothing is let go of. */
        unmatched: z.boolean().optional(),
      }),
    )
    .optional(),
  /** Cells that a repair has taken the place of: what they said, and since when that is past. */
  superseded: z
    .array(z.strictObject({ cell: z.string(), verdict: CellVerdict, by: z.string(), at: z.iso.datetime() }))
    .optional(),
  /** Defects that a repair has ended: what they were, by which repair, and that all of it was seen to be right since. */
  verified: z.array(Defect.extend({ by: z.string(), at: z.iso.datetime() })).optional(),
  /** A run to try things out, which says nothing about any machine. */
  rehearsal: z.boolean().optional(),
  /** The place of this verdict in a ledger of verdicts. */
  ledger: z.strictObject({ position: z.number().int().nonnegative(), head: z.string() }).optional(),
  /** Beside the verdict on many nodes and not in it: what it says of each of them alone. */
  sheets: z.array(SheetName).optional(),
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
