import * as z from 'zod';
import { AcceleratorFault } from '../../workloads/kit/facts/host-facts.ts';
import { Repair } from '../../workloads/kit/repair.ts';
import { Unit } from '../../workloads/kit/unit.ts';
import { FacilityTrouble } from './facility-trouble.ts';

// What a verdict says, as keys with values: the sentences are written in `words`, and nobody has to read one again.

/** One thing that is said; what it is made of stands in `Said`. */
export interface Spoken {
  readonly say: string;
}

/** Something said inside of something else. */
const spoken: z.ZodType<Spoken> = z.lazy(() => Said);

const text = z.string();
const whole = z.number().int().nonnegative();
const names = z.array(text);
export const FactValue = z.union([text, z.number(), z.boolean()]);
export type FactValue = z.infer<typeof FactValue>;

/** Why there is no measurement, so that `missing` always comes with a cause and an action. */
export const MissingKind = z.enum([
  'not-run',
  'no-tool',
  'no-limit',
  'no-siblings',
  'no-claim',
  'not-covered',
  'no-driver',
  'unknown-fact',
  'no-access',
  'no-subject',
  'same-machine',
]);
export type MissingKind = z.infer<typeof MissingKind>;

const comparator = z.enum(['atLeast', 'atMost', 'equal', 'oneOf', 'noneOf']);
const quantity = z.strictObject({ value: z.number(), unit: Unit });

/** Steps that ended in one way. `isWithout`: it ended well, and the reading in question was not in it. */
const fate = z.strictObject({
  steps: names,
  execution: text,
  reason: spoken.optional(),
  isWithout: z.boolean().optional(),
});
export type SaidFate = z.infer<typeof fate>;

const told = z.strictObject({ value: FactValue, unit: Unit.optional() });
const untold = z.strictObject({ unknown: text });

/** One setting beside the one that it should be like; `unknown` says why it is not known. */
const setting = z.union([untold, z.strictObject({ value: z.array(z.array(z.union([told, untold]))) })]);
export type SaidSetting = z.infer<typeof setting>;

const part = z.enum(['machine', 'accelerator', 'drive', 'nic', 'cpu', 'memory', 'psu', 'fan', 'transceiver']);
const amounts = z.strictObject({ least: whole, most: whole });

const say = <const K extends string, S extends z.core.$ZodLooseShape>(key: K, shape: S) =>
  z.strictObject({ say: z.literal(key), ...shape });

export const Said = z
  .discriminatedUnion('say', [
    // Words of somebody else: a tool, a node, a profile, a document of version 1.
    say('quoted', { text }),
    say('all', { of: z.array(spoken) }),

    // Why a cell is as it is, before anything was measured.
    say('damaged', { file: text, expected: text, found: text }),
    say('no-access', {}),
    say('not-covered', { matter: text }),
    say('no-facts', { why: spoken.optional() }),
    say('after-restart', { what: spoken, step: text }),
    say('gone-after-restart', { label: text, step: text }),
    say('unknown-devices', { device: text, unknown: text }),
    say('no-device', { device: text }),
    say('vanished', { label: text }),
    say('no-facts-received', {}),
    say('nothing-received', {}),
    say('in-use', { by: names }),

    // Facts.
    say('fact-unknown', { unknown: text }),
    say('fact', {
      comparator,
      expected: z.union([FactValue, z.array(FactValue)]),
      found: FactValue,
      unit: Unit.optional(),
      /** What is counted, and the first of those that were found. */
      noun: text.optional(),
      listed: names.optional(),
    }),
    // Those of which it is not known are told as the name of their set.
    say('unique', { found: FactValue, known: whole, of: whole, unknown: text.optional() }),
    say('not-unique', { found: FactValue, others: text, how: z.enum(['in-node', 'taken', 'said-too']) }),
    say('incomparable', { found: FactValue, unknown: text }),
    say('same-machine', { node: text }),
    say('one-machine', { names }),
    say('own-machine', { nodes: text }),
    say('equal-ids', {
      nodes: text,
      ids: z.array(z.strictObject({ name: text, value: text, count: whole })),
      isDistinct: z.boolean(),
    }),
    say('no-driver', { label: text, why: text.optional() }),
    say('faulty', { label: text, said: text }),
    say('bar-unknown', { path: text, unknown: text }),
    say('no-claim', { path: text }),
    // `days`: how long before the run it was looked up what is advised, where that was too long ago.
    say('version', {
      component: text,
      found: text,
      atLeast: text,
      line: text,
      advisory: text,
      date: text,
      days: whole.optional(),
    }),
    say('version-line', { component: text, found: text, lines: names, days: whole.optional() }),
    say('version-unreadable', { component: text, found: text }),
    say('version-unread', { component: text }),

    // A manifest, and how a node is set up.
    say('no-manifest', {}),
    say('nothing-listed', { node: text, parts: z.array(text).optional() }),
    say('parts-there', { count: whole }),
    say('part-unknown', { part, serial: text, unknown: text }),
    say('part-there', { part, serial: text }),
    say('part-absent', { part, serial: text, instead: names }),
    say('part-of-model', {
      part,
      serial: text,
      model: text,
      found: text.optional(),
      unknown: text.optional(),
    }),
    say('parts-counted', { part, expected: whole, found: whole }),
    say('models-unknown', { model: text, expected: amounts, unknown: text }),
    say('parts-unknown', { part, expected: whole, unknown: text }),
    say('models-counted', {
      model: text,
      expected: amounts,
      found: amounts,
      instead: z.array(z.strictObject({ model: text, count: whole })),
      off: z
        .discriminatedUnion('by', [
          z.strictObject({ by: z.literal('lacking'), count: whole }),
          z.strictObject({ by: z.literal('surplus'), count: whole }),
          z.strictObject({ by: z.literal('listed'), count: whole }),
          z.strictObject({ by: z.literal('blind'), count: whole, why: text.optional() }),
        ])
        .optional(),
    }),
    say('stranger', { part, serial: text, model: text.optional(), owner: text.optional() }),
    say('module-unknown', { serial: text }),
    say('module-size', { model: text.optional() }),
    say('memory-unknown', { unknown: text }),
    say('memory-sum', {
      expected: whole,
      found: whole,
      off: z.enum(['surplus', 'kernel', 'lacking', 'within-module', 'within-kernel']),
    }),
    say('no-golden', { known: whole }),
    say('golden-unknown', { golden: text }),
    say('not-comparable', { node: text, golden: text.optional() }),
    say('settings-alike', { count: whole, golden: text.optional() }),
    say('settings', {
      golden: text.optional(),
      of: z.array(
        z.strictObject({ path: text, expected: setting, found: setting, isDrift: z.boolean().optional() }),
      ),
    }),

    // Numbers beside limits.
    say('no-metric', { metric: text }),
    say('contract-needed', { metric: text }),
    say('no-limit-for', { metric: text, label: text }),
    /** What is published does not decide: a floor that broken parts hold too, or the most that a part can do. */
    say('shown-only', { metric: text, comparator }),
    say('limit-unit', { limit: Unit, metric: Unit }),
    say('no-sample-with', { where: z.record(text, FactValue) }),
    say('no-usable-sample', {}),
    say('some-samples', { flawed: whole, of: whole, what: spoken }),
    say('measured', {
      comparator,
      limit: quantity,
      low: z.number(),
      high: z.number(),
      unit: Unit,
      /** With what the part answered instead: `EIO`. */
      error: text.optional(),
      decision: spoken,
    }),
    say('nothing-measured', {}),
    say('observations', { violating: whole, of: whole }),
    say('median', { runs: whole, misses: z.enum(['near', 'far']).optional() }),
    say('runs-hold', { held: whole, runs: whole, needed: whole }),
    say('runs-miss', { missed: whole, runs: whole }),
    say('next-look', { held: whole, runs: whole, next: whole.optional() }),
    say('last-look', { held: whole, runs: whole }),

    // A device beside its siblings: those of its model in its node.
    say('few-siblings', { found: whole, least: whole }),
    say('siblings-near', {
      comparator,
      /** Of their median, asked for and found. */
      share: z.number(),
      low: z.number(),
      high: z.number(),
      siblings: whole,
      heat: z.strictObject({ celsius: z.number(), siblings: z.number() }).optional(),
      decision: spoken,
    }),
    say('siblings-alike', { alike: whole, of: whole, step: text }),
    say('siblings-differ', { alike: whole, of: whole, step: text }),
    say('siblings-split', { of: whole, values: whole, step: text }),

    // The windows of a soak.
    say('no-soak', { suite: text }),
    say('soak-failed', { window: whole, of: whole, what: spoken }),
    say('soak-short', { seconds: whole, hours: whole }),
    say('soak-endured', { windows: whole, seconds: whole }),
    say('soak-few', { windows: whole, least: whole }),
    say('soak-idle', {}),
    say('soak-without', {
      what: text,
      subject: text,
      windows: z.array(whole),
      of: whole,
      why: spoken.optional(),
    }),
    say('soak-other', { what: text, subject: text, windows: z.array(whole) }),
    say('soak-hasty', { window: whole, seconds: whole, planned: whole }),
    say('soak-kept', { what: text, windows: whole, kept: z.number(), least: z.number() }),
    say('soak-same', { what: text, windows: whole, other: z.array(whole) }),

    // Sessions and boots.
    say('sessions', { lacking: names, so: spoken }),
    say('repaired', { part: text }),
    say('boots', { seen: whole, asked: whole }),
    say('boot-changed', { step: text, kind: text, part: text, isGone: z.boolean() }),

    // Why a number cannot be used.
    say('unproven', { key: text, wanted: FactValue, found: FactValue.optional() }),
    say('other-unit', { found: Unit, limit: Unit }),
    say('not-finite', {}),
    say('above-ceiling', { found: quantity, ceiling: quantity }),
    say('other-tool', { tool: text, tools: names }),
    say('indicative', { tool: text }),
    say('unplanned-step', { step: text }),
    say('foreign-device', { subject: text }),
    say('limits-unknown', { unknown: text.optional() }),
    say('restricted', {}),
    say('other-work', { node: text, share: z.number().optional(), atMost: z.number() }),
    say('wrong-results', { step: text.optional(), what: text, value: z.number() }),
    say('check-unusable', { why: spoken }),
    say('unchecked', { step: text }),
    say('repetitions', { done: whole, of: whole, fates: z.array(fate) }),
    say('fates', { fates: z.array(fate) }),
    say('other-machine', { step: text, what: text, before: FactValue, after: FactValue }),
    say('machine-changed', { step: text, kind: text, part: text, isGone: z.boolean() }),

    // Why there is no number.
    say('no-tool', { entries: z.array(z.strictObject({ entry: text, reason: spoken })) }),
    say('no-plan', {}),
    say('not-in-suite', { suite: text, workload: text }),
    say('only-drive', { drive: text }),
    say('no-reading', { workload: text.optional() }),
    say('no-evidence', {}),
    say('unreadable', { why: spoken }),
    say('not-as-planned', { what: text, expected: text, found: text }),
    say('kept-out', { node: text, because: text.optional() }),
    say('lost-node', { node: text }),
    say('idled', { trouble: FacilityTrouble }),
    say('begun-before', { node: text }),
    say('not-in-plan', {}),

    // What a tool lacks on a node.
    say('tools-lack', {
      tools: z.array(z.strictObject({ tool: text, why: spoken })),
      pinned: text.optional(),
    }),
    say('lacks', { programs: names, headers: names, libraries: names, cpuFlags: names }),
    say('only-reads', {}),
    say('no-workload', { workload: text }),
    say('no-fabric', {}),
    say('addresses-unknown', { unknown: text }),
    say('no-address', { interface: text, others: names }),
    say('unreadable-address', { interface: text, address: text }),
    say('other-network', { network: text, others: text }),
    say('same-address', { address: text }),
    say('no-partner', {}),

    // What several nodes did together.
    say('one-node', {}),
    say('nothing-across', { node: z.boolean().optional() }),
    say('per-node', { of: z.array(z.strictObject({ node: text, reason: spoken })) }),
    say('member-unreached', { member: text, why: spoken.optional() }),
    say('no-part', { member: text }),
    say('counted-wrong', { what: text, value: z.number() }),
    say('missed', { found: quantity, comparator, limit: quantity }),
    say('all-right', {}),
    say('up-to', { found: quantity }),
    say('lost-during', { node: text, said: text }),
    say('never-asked', { member: text }),
    say('member-ended', { member: text, execution: text, reason: text.optional() }),
    say('member-failed', { member: text, reason: text }),
    say('bad-alone', { node: text, example: spoken }),
    say('bad-with-each', { node: text, partners: names, example: spoken.optional() }),
    say('bad-together', { members: names, example: spoken }),
    say('nobody-singled-out', { members: names, example: spoken }),

    // What decided.
    say('decided', { title: text, reason: spoken }),
    say('all-pass', { cells: whole.optional() }),
    say('none-decided', {}),
    // `without`: what the nodes that conform have not been shown to do together.
    say('quota', { atLeast: whole, of: whole, accepted: whole, without: names }),
    say('decided-by', { title: text, subject: text, reason: spoken }),
    say('because', { reason: spoken }),
    say('sentence', { of: spoken }),

    // What an asset can be used for.
    say('no-purpose', {}),
    say('asic', { model: text }),
    say('lesser-holds', { lesser: text, intended: text, reason: spoken }),
    say('reuse', { title: text }),
    say('reuse-restricted', { title: text }),
    say('not-fit', { title: text }),
    say('undecided', {}),
    say('no-use', {}),
    say('facility-only', {}),

    // Rows of the punch list.
    say('symptom', { title: text, reason: spoken, cells: whole }),
    say('lost-runs', { entry: text, planned: whole, fates: z.array(fate) }),
    say('advice', {
      // A subject that is not there needs what its requirement says.
      on: z.enum([...MissingKind.exclude(['no-subject']).options, 'unproven', 'near-limit', 'other-work']),
      /** What it is about: a program, a claim, a right, a device. */
      names: names.optional(),
    }),
    say('repair', { node: text }),
    say('repair-accelerator', { fault: AcceleratorFault.shape.kind.exclude(['no-driver']) }),
    say('repair-as-told', { repair: Repair }),
    say('restore-devices', { list: z.enum(['accelerators', 'drives', 'nics']) }),
    say('investigate', {}),
    say('retest', { titles: names, steps: whole, minutes: whole }),

    // What is not shown.
    say('the-node', { node: text }),
    say('entry-on', { entry: text, subject: text }),
    say('runs-of', { lost: whole, of: whole, entry: text, subject: text }),
    say('title-of', { title: text, subject: text.optional() }),
    say('title-on', { title: text, subject: text }),
    say('told-elsewhere', { verdict: text, reason: spoken, blamedOn: text.optional() }),
  ])
  .meta({ id: 'Said' });
export type Said = z.infer<typeof Said>;
