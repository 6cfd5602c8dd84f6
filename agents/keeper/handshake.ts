import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/**
 * Who stands at a run's door can only be this user or root; both sides prove all the same that they can read the run's
 * token (a 0600 file), without ever sending it.
 *
 * bridge → keeper `{ run, challenge }`; keeper → bridge `{ proof, challenge }`; bridge → keeper `{ proof }`.
 */
const challenge = z.string().regex(/^[0-9a-f]{64}$/);
export const Knock = z.strictObject({ run: z.string(), challenge });
export const Answer = z.strictObject({ proof: challenge, challenge });
export const Proof = z.strictObject({ proof: challenge });

export const createChallenge = (): string => randomBytes(32).toString('hex');

/** A key that is empty or short can be guessed, so with one nothing is proven and nothing believed. */
export const shortestSecret = 32;

/** Throws `RangeError` without a secret of at least 32 bytes. The side is part of what is signed, so that one side's answer cannot be played back as the other's. */
export const prove = (token: string, side: 'bridge' | 'keeper', to: string): string => {
  if (Buffer.byteLength(token) < shortestSecret)
    throw new RangeError(
      `expected a secret of at least ${shortestSecret} bytes, got ${Buffer.byteLength(token)}`,
    );
  return createHmac('sha256', token).update(`${side}:${to}`).digest('hex');
};

export const isProof = (given: string, token: string, side: 'bridge' | 'keeper', to: string): boolean =>
  timingSafeEqual(Buffer.from(given), Buffer.from(prove(token, side, to)));
