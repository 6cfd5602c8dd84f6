import * as z from 'zod';
import { ProfileId } from '../../workloads/kit/names.ts';
import {
  DriftRule,
  FactRule,
  ManifestRule,
  MetricRule,
  NotCoveredRule,
  Requirement,
} from '../../workloads/kit/requirement.ts';
import { MetricId } from '../../workloads/kit/sample.ts';

const margin = z.number().gt(0).max(0.5);

/** What must hold for one purpose (`harness/profiles/<id>.yaml`). */
export const Profile = z.strictObject({
  schema: z.literal('assay/profile'),
  schemaVersion: z.literal(2),
  id: ProfileId,
  version: z.string(),
  title: z.string().min(1),
  purpose: z.string().min(1),
  /** Place in the ladder of purposes that the asset verdict climbs; absent: not a purpose (survey). */
  rank: z.number().int().positive().optional(),
  /** `ai` profiles decide together whether an asset is of any use for AI. */
  family: z.enum(['ai', 'storage', 'cluster', 'survey']),
  /** The suite for each use: a few minutes, every night, and the day on which a machine is accepted. */
  suites: z
    .strictObject({
      quick: z.string().optional(),
      nightly: z.string().optional(),
      acceptance: z.string().optional(),
    })
    .default({}),
  /**
   * How much worse a metric may be after than before and still count as not inferior, as a share: for all metrics, and for some of
   * their own. Absent: five hundredths.
   */
  margins: z
    .strictObject({
      any: margin.optional(),
      metrics: z.record(MetricId, margin).optional(),
    })
    .optional(),
  requirements: z.array(Requirement).min(1),
});
export type Profile = z.infer<typeof Profile>;

/** The same as people write it: a requirement may be the id of a shared one, or `like` it with some fields changed. */
export const WrittenProfile = Profile.extend({
  requirements: z
    .array(
      z.union([z.string().min(1), Requirement.partial().extend({ like: z.string().min(1) }), Requirement]),
    )
    .min(1),
});

/** A rule on a metric as version 1 had it: by the ids of its limits, none for what only a contract states. */
const MetricRuleV1 = MetricRule.pick({ kind: true, metric: true }).extend({ limits: z.array(z.string()) });

const ProfileV1 = Profile.extend({
  schemaVersion: z.literal(1),
  requirements: z
    .array(
      Requirement.extend({
        rule: z.discriminatedUnion('kind', [FactRule, MetricRuleV1, ManifestRule, DriftRule, NotCoveredRule]),
      }),
    )
    .min(1),
});

/** A profile as a run keeps it, of any version. */
export const StoredProfile = z
  .discriminatedUnion('schemaVersion', [ProfileV1, Profile])
  .transform((stored) => (stored.schemaVersion === 1 ? upgradeProfile(stored) : stored));

function upgradeProfile({ requirements, ...profile }: z.infer<typeof ProfileV1>): Profile {
  return {
    ...profile,
    schemaVersion: 2,
    requirements: requirements.map(({ rule, ...asked }) => {
      if (rule.kind !== 'metric' || rule.limits.length > 0) return { ...asked, rule };
      return { ...asked, rule: { kind: 'metric', metric: rule.metric, statedBy: 'contract' } };
    }),
  };
}
