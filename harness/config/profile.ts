import * as z from 'zod';
import { ProfileId } from '../../workloads/kit/names.ts';
import { Requirement } from '../../workloads/kit/requirement.ts';

/** What must hold for one purpose (`harness/profiles/<id>.yaml`). */
export const Profile = z.strictObject({
  schema: z.literal('assay/profile'),
  schemaVersion: z.literal(1),
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
  requirements: z.array(Requirement).min(1),
});
export type Profile = z.infer<typeof Profile>;
