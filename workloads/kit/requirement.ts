import * as z from 'zod';
import { Dimensions, MetricId } from './sample.ts';
import { versionedComponents } from './version.ts';

export const FactValue = z.union([z.string(), z.number(), z.boolean()]);

/**
 * A condition on one fact, by its dotted path in HostFacts (node scope: `memory.totalBytes`) or in the device
 * (device scope: `link.width`); `<list>.length` counts a list. Exactly one comparator. `atLeastFact` compares
 * with another fact of the same subject, `equalClaim` with what the inventory claims about the node under that
 * path, `ofClass` with what is right for the class of the node (`ExpectedSetting`), `unique` with the same fact of every
 * other subject of its kind in the run (two names can be one machine).
 */
export const FactRule = z
  .strictObject({
    kind: z.literal('fact'),
    path: z.string().regex(/^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)*$/),
    equal: FactValue.optional(),
    oneOf: z.array(FactValue).min(1).optional(),
    noneOf: z.array(FactValue).min(1).optional(),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    atLeastFact: z.string().optional(),
    equalClaim: z.string().optional(),
    ofClass: z.literal(true).optional(),
    unique: z.literal(true).optional(),
    /** That nothing was found counts only when the machine was watched for as long as the suite asks. */
    watched: z.literal(true).optional(),
  })
  .refine(
    (rule) =>
      [
        rule.equal,
        rule.oneOf,
        rule.noneOf,
        rule.atLeast,
        rule.atMost,
        rule.atLeastFact,
        rule.equalClaim,
        rule.ofClass,
        rule.unique,
      ].filter((value) => value !== undefined).length === 1,
    {
      error: 'exactly one of equal, oneOf, noneOf, atLeast, atMost, atLeastFact, equalClaim, ofClass, unique',
    },
  );
export type FactRule = z.infer<typeof FactRule>;

/**
 * A condition on a metric: its limits, whoever publishes them for whatever hardware. Of those that the rule selects the
 * one for the subject's model applies, else the one for the claimed class, else the one for any machine.
 */
export const MetricRule = z.strictObject({
  kind: z.literal('metric'),
  metric: MetricId,
  /** Only limits that select their samples by these dimensions too: 4 KiB reads, pairs of nodes. */
  where: Dimensions.optional(),
  /** Only limits for any machine: what the purpose needs, whatever the part at hand is able to do. */
  class: z.literal('any').optional(),
  /** Only limits that a contract states: nobody publishes one (`missing: no limit` without it). */
  statedBy: z.literal('contract').optional(),
  /** Only the limits with these ids, and nothing above: what profiles of version 1 say, and no profile file may. */
  limits: z.array(z.string()).optional(),
});
export type MetricRule = z.infer<typeof MetricRule>;

/**
 * How a device compares with its siblings: those of its model in its node, three at least. By the limits of its metric with
 * `statistic: siblings`; what all of them have in common is another requirement's matter.
 */
export const SiblingsRule = z.strictObject({
  kind: z.literal('siblings'),
  metric: MetricId,
  /** Only limits that select their samples by these dimensions too. */
  where: Dimensions.optional(),
});
export type SiblingsRule = z.infer<typeof SiblingsRule>;

/** What a row of a manifest can be about. */
export const manifestParts = [
  'machine',
  'accelerator',
  'drive',
  'nic',
  'memory',
  'cpu',
  'psu',
  'fan',
  'transceiver',
] as const;

/** Every part that the supplier's manifest names for the node is there, and none that it does not name. */
export const ManifestRule = z.strictObject({
  kind: z.literal('manifest'),
  /** Only these kinds; without it all. */
  parts: z.array(z.enum(manifestParts)).min(1).optional(),
});
export type ManifestRule = z.infer<typeof ManifestRule>;

/** The node is configured like the golden one (or like most of at least eight). */
export const DriftRule = z.strictObject({ kind: z.literal('drift') });

/**
 * How a node went through a soak of so many hours: to its end without a failure (`endured`), as fast in the last hours as in the
 * first (`kept`), with the same results in each (`same`); the last two by the limits with that statistic, whatever their metrics.
 */
export const SoakRule = z.strictObject({
  kind: z.literal('soak'),
  asks: z.enum(['endured', 'kept', 'same']),
  hours: z.number().int().positive().max(1000),
});
export type SoakRule = z.infer<typeof SoakRule>;

/** The node was booted so often in the run, and was the same machine each time: parts, drivers, firmware. */
export const BootsRule = z.strictObject({
  kind: z.literal('boots'),
  atLeast: z.number().int().positive().max(100),
});
export type BootsRule = z.infer<typeof BootsRule>;

/** Who says that a version or a setting is needed, where, and when he said it. */
export const Advisory = z.strictObject({
  title: z.string().min(1).max(200),
  locator: z.string().min(1).max(400),
  date: z.iso.date(),
});

/**
 * A component is at least as new as somebody advises, for each line in which it is kept up; a line that nobody speaks of decides
 * nothing. `retrieved` is the day on which it was looked up what is advised.
 */
export const VersionsRule = z.strictObject({
  kind: z.literal('versions'),
  component: z.enum(versionedComponents),
  retrieved: z.iso.date(),
  fixes: z
    .array(
      z.strictObject({
        atLeast: z.string().min(1).max(100),
        /** Only versions of this line; without it, those of all lines that have no fix of their own. */
        branch: z.string().min(1).max(100).optional(),
        advisory: Advisory,
      }),
    )
    .min(1)
    .max(100),
});
export type VersionsRule = z.infer<typeof VersionsRule>;

/** When the runs of a requirement are made: before the soak, behind it, behind a boot. */
export const SessionName = z.enum(['start', 'after-soak', 'after-boot']);
export type SessionName = z.infer<typeof SessionName>;

/** A requirement on something declared in the vocabulary that Assay cannot measure yet: always `missing`. */
export const NotCoveredRule = z.strictObject({
  kind: z.literal('not-covered'),
  subjectMatter: z.string().min(1),
});

/**
 * How samples are taken and what is claimed from them: `exact` every observation; `screening` the
 * median of 1–5 runs; `typical` one-sided counting with looks at 6, 9 and 12; `windows` the windows of a soak, of which
 * it takes the speeds under its load and nothing else; `series` a night of three runs and more, by their median and by what is usual
 * for its subject.
 */
export const Sampling = z.enum(['exact', 'screening', 'typical', 'windows', 'series']);
export type Sampling = z.infer<typeof Sampling>;

/** What must hold, for whom, how surely, and who has to act when it does not. */
export const Requirement = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  /** Readiness dimension D1–D12 (chip, precision, memory, host link, fabric, storage, power, cooling, …). */
  dimension: z.string().regex(/^D([1-9]|1[0-2])$/),
  level: z.enum(['required', 'advisory']),
  owner: z.enum(['hardware', 'configuration', 'environment']),
  /** `gate`: presence, identity or capability that decides alone what the asset can be used for. */
  gate: z.boolean().default(false),
  scope: z.enum(['node', 'accelerator', 'drive', 'nic', 'pair', 'group']),
  rule: z.discriminatedUnion('kind', [
    FactRule,
    MetricRule,
    SiblingsRule,
    ManifestRule,
    DriftRule,
    SoakRule,
    BootsRule,
    VersionsRule,
    NotCoveredRule,
  ]),
  sampling: Sampling,
  /** It passes only when each of these has given samples: runs of one session have their time and heat in common. */
  sessions: z.array(SessionName).min(1).optional(),
  action: z.string().min(1),
});
export type Requirement = z.infer<typeof Requirement>;
