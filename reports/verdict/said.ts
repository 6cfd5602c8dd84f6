import * as z from 'zod';
import { AcceleratorFault } from '../../workloads/kit/facts/host-facts.ts';
import { Repair } from '../../workloads/kit/repair.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { FacilityTrouble } from './facility-trouble.ts';
import { saidOfDeliveries } from './said-of-deliveries.ts';
import { saidOfLacks } from './said-of-lacks.ts';
import { comparator, FactValue, MissingKind, quantity, saying, whole } from './said-parts.ts';

// What a verdict says, as keys with values: the sentences are written in `words`, and nobody has to read one again.

/** One thing that is said; what it is made of stands in `Said`. */
export interface Spoken {
  readonly say: string;
}

/** Something said inside of something else. */
const spoken: z.ZodType<Spoken> = z.lazy(() => Said);

const text = z.string();
const names = z.array(text);

/** Steps that ended in one way. `isWithout`: it ended well, and the reading in question was not in it. */
const fate = z.strictObject({
  steps: names,
  execution: text,
  reason: spoken.optional(),
  isWithout: z.boolean().optional(),
});
export type SaidFate = z.infer<typeof fate>;

export const Said = z
  .discriminatedUnion('say', [
    // Words of somebody else: a tool, a node, a profile, a document of version 1.
    saying('quoted', { text }),
    saying('all', { of: z.array(spoken) }),

    // Why a cell is as it is, before anything was measured.
    saying('damaged', { file: text, expected: text, found: text }),
    saying('no-access', {}),
    saying('not-covered', { matter: text }),
    saying('no-facts', { why: spoken.optional() }),
    saying('after-restart', { what: spoken, step: text }),
    saying('gone-after-restart', { label: text, step: text }),
    saying('unknown-devices', { device: text, unknown: text }),
    saying('no-device', { device: text }),
    saying('vanished', { label: text }),
    saying('no-facts-received', {}),
    saying('nothing-received', {}),
    saying('in-use', { by: names }),
    saying('not-held', { reservation: text }),
    saying('out-of-window', { until: text }),
    saying('tenant-came', { what: text }),

    // Facts.
    saying('fact-unknown', { unknown: text }),
    saying('fact', {
      comparator,
      expected: z.union([FactValue, z.array(FactValue)]),
      found: FactValue,
      unit: Unit.optional(),
      /** What is counted, and the first of those that were found. */
      noun: text.optional(),
      listed: names.optional(),
    }),
    // Those of which it is not known are told as the name of their set.
    saying('unique', { found: FactValue, known: whole, of: whole, unknown: text.optional() }),
    saying('not-unique', { found: FactValue, others: text, how: z.enum(['in-node', 'taken', 'said-too']) }),
    saying('incomparable', { found: FactValue, unknown: text }),
    saying('same-machine', { node: text }),
    saying('one-machine', { names }),
    saying('own-machine', { nodes: text }),
    saying('equal-ids', {
      nodes: text,
      ids: z.array(z.strictObject({ name: text, value: text, count: whole })),
      isDistinct: z.boolean(),
    }),
    saying('no-driver', { label: text, why: text.optional() }),
    saying('faulty', { label: text, said: text }),
    saying('bar-unknown', { path: text, unknown: text }),
    saying('no-claim', { path: text }),
    saying('no-setting', { path: text }),
    // `days`: how long before the run it was looked up what is advised, where that was too long ago.
    saying('version', {
      component: text,
      found: text,
      atLeast: text,
      line: text,
      advisory: text,
      date: text,
      days: whole.optional(),
    }),
    saying('version-line', { component: text, found: text, lines: names, days: whole.optional() }),
    saying('version-unreadable', { component: text, found: text }),
    saying('version-unread', { component: text }),

    ...saidOfDeliveries,

    // Numbers beside limits.
    saying('no-metric', { metric: text }),
    saying('contract-needed', { metric: text }),
    saying('no-limit-for', { metric: text, label: text }),
    /** What is published does not decide: a floor that broken parts hold too, or the most that a part can do. */
    saying('shown-only', { metric: text, comparator }),
    saying('limit-unit', { limit: Unit, metric: Unit }),
    saying('no-sample-with', { where: z.record(text, FactValue) }),
    saying('no-usable-sample', {}),
    saying('some-samples', { flawed: whole, of: whole, what: spoken }),
    saying('measured', {
      comparator,
      limit: quantity,
      low: z.number(),
      high: z.number(),
      unit: Unit,
      /** By which dimensions these readings are told from others that are held against the same limit. */
      where: z.record(text, FactValue).optional(),
      /** With what the part answered instead: `EIO`. */
      error: text.optional(),
      decision: spoken,
    }),
    saying('nothing-measured', {}),
    saying('observations', { violating: whole, of: whole }),
    saying('median', { runs: whole, misses: z.enum(['near', 'far']).optional() }),
    saying('runs-hold', { held: whole, runs: whole, needed: whole, sessions: whole.optional() }),
    saying('runs-miss', { missed: whole, runs: whole, sessions: whole.optional() }),
    saying('next-look', { held: whole, runs: whole, next: whole.optional(), sessions: whole.optional() }),
    saying('few-windows', { windows: whole, least: whole }),
    saying('windows', { held: whole, of: whole, needed: whole }),
    saying('series-few', { runs: whole, least: whole }),
    saying('series-unknown', { so: spoken }),
    /** `change`: of the median of the night from what is usual, −0.05 is five hundredths worse; `off`: further than nights are. */
    saying('series', {
      change: z.number(),
      nights: whole,
      off: z.enum(['near', 'far']).optional(),
      so: spoken,
    }),
    saying('last-look', { held: whole, runs: whole, sessions: whole.optional() }),

    // A device beside its siblings: those of its model in its node.
    saying('few-siblings', { found: whole, least: whole }),
    saying('siblings-near', {
      comparator,
      /** Of their median, asked for and found. */
      share: z.number(),
      low: z.number(),
      high: z.number(),
      siblings: whole,
      heat: z.strictObject({ celsius: z.number(), siblings: z.number() }).optional(),
      decision: spoken,
    }),
    saying('siblings-alike', { alike: whole, of: whole, step: text }),
    saying('siblings-differ', { alike: whole, of: whole, step: text }),
    saying('siblings-split', { of: whole, values: whole, step: text }),

    // The windows of a soak.
    saying('no-soak', { suite: text }),
    saying('soak-failed', { window: whole, of: whole, what: spoken }),
    saying('soak-short', { seconds: whole, hours: whole }),
    saying('soak-endured', { windows: whole, seconds: whole }),
    saying('soak-few', { windows: whole, least: whole }),
    saying('soak-idle', {}),
    saying('soak-without', {
      what: text,
      subject: text,
      windows: z.array(whole),
      of: whole,
      why: spoken.optional(),
    }),
    saying('soak-other', { what: text, subject: text, windows: z.array(whole) }),
    saying('soak-hasty', { window: whole, seconds: whole, planned: whole }),
    saying('soak-kept', { what: text, windows: whole, kept: z.number(), least: z.number() }),
    saying('soak-same', { what: text, windows: whole, other: z.array(whole) }),

    // Sessions and boots.
    saying('sessions', { lacking: names, so: spoken }),
    /** A look that failed while measuring: what came behind it takes nothing back. */
    saying('at-look', { session: whole, so: spoken }),
    saying('look-differs', { session: whole, so: spoken }),
    saying('not-rested', { session: whole, seconds: whole, asked: whole, so: spoken }),
    saying('repaired', { part: text }),
    saying('boots', { seen: whole, asked: whole }),
    saying('boot-changed', { step: text, kind: text, part: text, isGone: z.boolean() }),

    // Why a number cannot be used.
    saying('unproven', { key: text, wanted: FactValue, found: FactValue.optional() }),
    saying('other-unit', { found: Unit, limit: Unit }),
    saying('not-finite', {}),
    saying('above-ceiling', { found: quantity, ceiling: quantity }),
    saying('other-tool', { tool: text, tools: names }),
    saying('indicative', { tool: text }),
    saying('unplanned-step', { step: text }),
    saying('foreign-device', { subject: text }),
    saying('limits-unknown', { unknown: text.optional() }),
    saying('restricted', {}),
    saying('other-work', { node: text, share: z.number().optional(), atMost: z.number() }),
    saying('wrong-results', { step: text.optional(), what: text, value: z.number() }),
    saying('check-unusable', { why: spoken }),
    saying('unchecked', { step: text }),
    saying('repetitions', { done: whole, of: whole, fates: z.array(fate) }),
    saying('fates', { fates: z.array(fate) }),
    saying('other-machine', { step: text, what: text, before: FactValue, after: FactValue }),
    saying('machine-changed', { step: text, kind: text, part: text, isGone: z.boolean() }),

    // Why there is no number.
    saying('no-tool', { entries: z.array(z.strictObject({ entry: text, reason: spoken })) }),
    saying('no-plan', {}),
    saying('not-in-suite', { suite: text, workload: text, otherwise: z.boolean().optional() }),
    saying('only-drive', { drive: text }),
    saying('no-reading', { workload: text.optional() }),
    saying('no-evidence', {}),
    saying('unreadable', { why: spoken }),
    saying('not-as-planned', { what: text, expected: text, found: text }),
    saying('kept-out', { node: text, because: text.optional() }),
    saying('lost-node', { node: text }),
    saying('idled', { trouble: FacilityTrouble }),
    saying('begun-before', { node: text }),
    saying('not-in-plan', {}),

    // What a tool lacks on a node.
    saying('tools-lack', {
      tools: z.array(z.strictObject({ tool: text, why: spoken })),
      pinned: text.optional(),
    }),
    ...saidOfLacks,

    // What several nodes did together.
    saying('one-node', {}),
    saying('nothing-across', { node: z.boolean().optional() }),
    saying('per-node', { of: z.array(z.strictObject({ node: text, reason: spoken })) }),
    saying('member-unreached', { member: text, why: spoken.optional() }),
    saying('no-part', { member: text }),
    saying('counted-wrong', { what: text, value: z.number() }),
    saying('missed', { found: quantity, comparator, limit: quantity }),
    saying('all-right', {}),
    saying('up-to', { found: quantity }),
    saying('lost-during', { node: text, said: text }),
    saying('never-asked', { member: text }),
    saying('member-ended', { member: text, execution: text, reason: text.optional() }),
    saying('member-failed', { member: text, reason: text }),
    saying('bad-alone', { node: text, example: spoken }),
    saying('bad-with-each', { node: text, partners: names, example: spoken.optional() }),
    saying('bad-together', { members: names, example: spoken }),
    saying('nobody-singled-out', { members: names, example: spoken }),

    // What decided.
    saying('decided', { title: text, reason: spoken }),
    saying('all-pass', { cells: whole.optional() }),
    saying('none-decided', {}),
    // `without`: what the nodes that conform have not been shown to do together.
    saying('quota', { atLeast: whole, of: whole, accepted: whole, without: names }),
    saying('decided-by', { title: text, subject: text, reason: spoken }),
    saying('because', { reason: spoken }),
    saying('sentence', { of: spoken }),

    // What an asset can be used for.
    saying('no-purpose', {}),
    saying('asic', { model: text }),
    saying('lesser-holds', { lesser: text, intended: text, reason: spoken }),
    saying('reuse', { title: text }),
    saying('reuse-restricted', { title: text }),
    saying('not-fit', { title: text }),
    saying('undecided', {}),
    saying('no-use', {}),
    saying('facility-only', {}),

    // Rows of the punch list.
    saying('symptom', { title: text, reason: spoken, cells: whole }),
    saying('lost-runs', { entry: text, planned: whole, fates: z.array(fate) }),
    saying('advice', {
      // A subject that is not there needs what its requirement says.
      on: z.enum([
        ...MissingKind.exclude(['no-subject']).options,
        'unproven',
        'near-limit',
        'other-work',
        'no-soak',
        'no-device',
        'indicative',
      ]),
      /** What it is about: a program, a claim, a right, a device. */
      names: names.optional(),
    }),
    saying('repair', { node: text }),
    saying('repair-accelerator', { fault: AcceleratorFault.shape.kind.exclude(['no-driver']) }),
    saying('repair-as-told', { repair: Repair }),
    saying('restore-devices', { list: z.enum(['accelerators', 'drives', 'nics']) }),
    saying('investigate', {}),
    saying('retest', { titles: names, steps: whole, minutes: whole }),

    // What is not shown.
    saying('the-node', { node: text }),
    saying('entry-on', { entry: text, subject: text }),
    saying('runs-of', { lost: whole, of: whole, entry: text, subject: text }),
    saying('title-of', { title: text, subject: text.optional() }),
    saying('title-on', { title: text, subject: text }),
    saying('told-elsewhere', { verdict: text, reason: spoken, blamedOn: text.optional() }),
  ])
  .meta({ id: 'Said' });
export type Said = z.infer<typeof Said>;
