import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/**
 * An abstract socket has no permissions: anybody on the machine can bind its name first, or connect to it. So both
 * sides prove that they can read the run's token (a 0600 file) without ever sending it.
 *
 * bridge → keeper `{ run, challenge }`; keeper → bridge `{ proof, challenge }`; bridge → keeper `{ proof }`.
 */
const challenge = z.string().regex(/^[0-9a-f]{64}$/);
export const Knock = z.strictObject({ run: z.string(), challenge });
export const Answer = z.strictObject({ proof: challenge, challenge });
export const Proof = z.strictObject({ proof: challenge });

export const createChallenge = (): string => randomBytes(32).toString('hex');

/** The side is part of what is signed, so that one side's answer cannot be played back as the other's. */
export const prove = (token: string, side: 'bridge' | 'keeper', to: string): string =>
  createHmac('sha256', token).update(`${side}:${to}`).digest('hex');

export const isProof = (given: string, token: string, side: 'bridge' | 'keeper', to: string): boolean =>
  timingSafeEqual(Buffer.from(given), Buffer.from(prove(token, side, to)));
