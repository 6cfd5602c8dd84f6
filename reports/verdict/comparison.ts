import * as z from 'zod';
import { Dimensions } from '../../workloads/kit/sample.ts';
import { Subject } from '../../workloads/kit/subject.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { Said } from './said.ts';

const whole = z.number().int().nonnegative();

/** What one side says of one metric: the medians of its sessions, in the order of time, and of how many runs they are. */
const Measured = z.strictObject({
  sessions: z.array(z.number()).min(1),
  readings: z.number().int().positive(),
  /** Readings that cannot be used, beside these. */
  unusable: whole.optional(),
});
export type Measured = z.infer<typeof Measured>;

/**
 * How a metric stands after against before. `inferior` and `non-inferior` are proven at the stated confidence, `undecided` is neither;
 * `not-compared`: the two sides measured different things. `appeared` and `vanished`: one side has nothing of it.
 */
export const Outcome = z.enum([
  'inferior',
  'undecided',
  'not-compared',
  'vanished',
  'appeared',
  'non-inferior',
]);
export type Outcome = z.infer<typeof Outcome>;

const side = z.enum(['before', 'after']);
const both = { before: z.string(), after: z.string() };

/** Why a row has its outcome; the sentences are in `words`. */
export const ComparisonReason = z.discriminatedUnion('say', [
  /** The interval lies above, below or across 1 − margin. */
  z.strictObject({ say: z.literal('interval') }),
  z.strictObject({ say: z.literal('few-sessions'), before: whole, after: whole, needed: whole }),
  z.strictObject({ say: z.literal('unlike-suite'), ...both }),
  z.strictObject({ say: z.literal('unlike-tool'), ...both }),
  /** The parameters of the step. */
  z.strictObject({ say: z.literal('unlike-procedure'), ...both }),
  z.strictObject({ say: z.literal('indicative') }),
  z.strictObject({ say: z.literal('unusable'), side, why: Said }),
  z.strictObject({ say: z.literal('not-positive'), side }),
  z.strictObject({ say: z.literal('unbounded') }),
  z.strictObject({ say: z.literal('only'), side }),
]);
export type ComparisonReason = z.infer<typeof ComparisonReason>;

/** How good a metric is after against before: above 1 is better, whichever direction is good for the metric. */
const Ratio = z.strictObject({
  value: z.number().positive(),
  lower: z.number(),
  upper: z.number(),
  /** `sessions`: from the sessions of the two sides; `stated`: from a spread between sessions that somebody stated. */
  by: z.enum(['sessions', 'stated']),
});

/** One metric with one set of dimensions on one asset or one of its devices, or on several nodes together. */
export const ComparisonRow = z.strictObject({
  /** Place in `assets`; absent for what several nodes did together. */
  asset: whole.optional(),
  /** Places in `assets` of those who did it together. */
  members: z.array(whole).optional(),
  /** As the side after names it; as the side before does where that has nothing of it. */
  subject: Subject,
  metric: z.string(),
  title: z.string(),
  unit: Unit,
  better: z.enum(['higher', 'lower']),
  dimensions: Dimensions,
  tool: z.string(),
  /** Where the two sides used other versions of the tool. */
  versions: z.strictObject({ before: z.array(z.string()), after: z.array(z.string()) }).optional(),
  before: Measured.optional(),
  after: Measured.optional(),
  margin: z.number().positive().max(1),
  ratio: Ratio.optional(),
  outcome: Outcome,
  reason: ComparisonReason,
});
export type ComparisonRow = z.infer<typeof ComparisonRow>;

const Place = z.strictObject({
  /** What the last run of that side that saw it calls it. */
  node: z.string(),
  rack: z.string().optional(),
  slot: z.string().optional(),
  model: z.string().optional(),
  serial: z.string().optional(),
});

/** A machine of one side or of both. `how`: by what it was taken for the same one; a place is no proof that it is. */
export const ComparedAsset = z.strictObject({
  before: Place.optional(),
  after: Place.optional(),
  how: z.enum(['serial', 'uuid', 'machine-id', 'place', 'name']).optional(),
  change: z.enum(['same', 'moved', 'appeared', 'vanished']),
  /** The worst outcome among its rows, and what its pairs say of it; absent when there is none. */
  outcome: Outcome.optional(),
  /** Inferior in each of its pairs, two at least, with partners that are better with others: the machine and not what lies between. */
  pairs: z.literal('inferior').optional(),
});
export type ComparedAsset = z.infer<typeof ComparedAsset>;

const ComparedRun = z.strictObject({
  id: z.string(),
  startedAt: z.iso.datetime(),
  purpose: z.enum(['survey', 'certify']),
  /** The version that measured. */
  assay: z.string(),
  suite: z.strictObject({ id: z.string(), version: z.string(), digest: z.string() }),
  rehearsal: z.boolean().optional(),
});
export type ComparedRun = z.infer<typeof ComparedRun>;

const Margin = z.strictObject({
  value: z.number().positive().max(1),
  /** Who says so: the command line, the profile of the last run after, or Assay where that says nothing. */
  by: z.enum(['given', 'profile', 'assay']),
  /** Metrics with one of their own. */
  metrics: z.record(z.string(), z.number().positive().max(1)).optional(),
});

/**
 * What two sets of runs say of the same machines (`assay compare`): everything that its renderings show, made from evidence alone,
 * so that the same runs give the same bytes anywhere.
 */
export const Comparison = z.strictObject({
  schema: z.literal('assay/comparison'),
  schemaVersion: z.literal(1),
  /** The version that compared. */
  assay: z.string(),
  profile: z.strictObject({ id: z.string(), version: z.string(), title: z.string() }),
  method: z.strictObject({
    margin: Margin,
    /** Of each of the two statements, non-inferior and inferior, by itself. */
    confidence: z.number().min(0.5).max(1),
    /** How many sessions each side needs for an interval of its own. */
    leastSessions: z.number().int().min(2),
    /** Runs of a side that begin closer together than this, on one boot, are one session. */
    apartSeconds: z.number().nonnegative(),
    /** Relative standard deviations between sessions that somebody stated. */
    spreads: z
      .array(
        z.strictObject({
          metric: z.string(),
          spread: z.number().positive(),
          sessions: z.number().int().min(2),
          source: z.string(),
        }),
      )
      .optional(),
  }),
  before: z.array(ComparedRun).min(1),
  after: z.array(ComparedRun).min(1),
  conclusion: z.enum(['non-inferior', 'inferior', 'undecided']),
  exitCode: z.number().int(),
  assets: z.array(ComparedAsset),
  rows: z.array(ComparisonRow),
  /** A run to try things out is among them. */
  rehearsal: z.boolean().optional(),
});
export type Comparison = z.infer<typeof Comparison>;

/** Worst first. */
export const compareOutcomes = (a: Outcome, b: Outcome): number =>
  Outcome.options.indexOf(a) - Outcome.options.indexOf(b);
