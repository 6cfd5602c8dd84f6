import * as z from 'zod';
import { ProfileId } from '../../workloads/kit/names.ts';

/** What somebody signs as. `witness` vouches for checkpoints of ledgers and for nothing else. */
export const Role = z.enum(['installer', 'operator', 'customer', 'third-party', 'witness']);
export type Role = z.infer<typeof Role>;

export const Fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/);

export const TrustedKey = z.strictObject({
  fingerprint: Fingerprint,
  /** PEM. */
  publicKey: z.string().max(1000),
  name: z.string().min(1).max(80),
  role: Role,
  from: z.iso.date(),
  /** The last day on which it may have signed; in the past: revoked. */
  until: z.iso.date().optional(),
  /** Why it was revoked. */
  reason: z.string().min(1).max(200).optional(),
  /** What it may sign reports on; anything, where nothing is said. */
  profiles: z.array(ProfileId).min(1).optional(),
});

/** Whose signatures a reader believes. */
export const TrustFile = z.strictObject({
  schema: z.literal('assay/trust'),
  schemaVersion: z.literal(1),
  keys: z.array(TrustedKey).min(1).max(1000),
});
