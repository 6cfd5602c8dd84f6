import * as z from 'zod';
import { ProfileId } from '../../workloads/kit/names.ts';

/** What a night was begun with: whoever goes on with it keeps to it. */
export const NightHeader = z.strictObject({
  /** Which nights it is one of: digest of where their index is. */
  site: z.string().regex(/^[0-9a-f]{16}$/),
  /** Why nobody else comes to its machines: a reservation, which names them, or somebody who says so. */
  hold: z.discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('slurm'),
      reservation: z.string().min(1).max(80),
      nodes: z.array(z.string().max(300)).max(10_000),
      /** Those of them on which jobs ran when the night began: a reservation may ignore them. */
      busy: z.array(z.string().max(300)).max(10_000),
    }),
    z.strictObject({ by: z.literal('name'), name: z.string().min(1).max(80) }),
  ]),
  /** What would last longer is not begun. */
  until: z.iso.datetime().optional(),
  /** So many machines are loaded at a time; absent: all. */
  atOnce: z.number().int().positive().optional(),
});
export type NightHeader = z.infer<typeof NightHeader>;

/**
 * `run.json`, written first: who, what, and the digests of everything in `inputs/`. Its own digest is the
 * head of every node's journal chain, so that no evidence can be moved to another run.
 */
export const RunHeader = z.strictObject({
  schema: z.literal('assay/run'),
  /** 2: what the coordinator decides is a chain of its own. Version 1 can be judged and not continued. */
  schemaVersion: z.literal([1, 2]),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  nonce: z.string().min(16),
  assay: z.string(),
  purpose: z.enum(['survey', 'certify']),
  startedAt: z.iso.datetime(),
  profile: ProfileId,
  /** Who watches flow and leaks of the cooling while nodes are loaded that are cooled by a liquid. */
  facilityAck: z.string().min(1).max(80).optional(),
  /** Who vouches for heavy load that goes on when nobody is connected. */
  unattended: z.string().min(1).max(80).optional(),
  /** A run to try things out: what stand-ins for hardware say counts, and the verdict says nothing about any machine. */
  rehearsal: z.literal(true).optional(),
  /** One of the nights of a site; absent: not measured for one. */
  night: NightHeader.optional(),
  inputs: z.array(
    z.strictObject({
      path: z.string().regex(/^inputs(\/[a-z0-9][a-z0-9-]*)+\.json$/),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type RunHeader = z.infer<typeof RunHeader>;
