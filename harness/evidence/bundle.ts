import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { canonical, readCanonical } from './canonical-json.ts';
import { payloadType, preAuthentication } from './dsse.ts';
import type { Signer } from './private-key.ts';
import type { PublicKey } from './public-key.ts';
import { whyNotSignedBy } from './public-key.ts';

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** A statement on a thousand nodes has a third of that. */
export const maxBundleBytes = 4 * 1024 * 1024;

/** A payload in the envelope of one signer (DSSE), in a bundle of Sigstore's, which takes one signature. */
export async function createBundle(payload: Buffer, { publicKey, sign }: Signer): Promise<string> {
  const { fingerprint } = publicKey;
  return canonical({
    mediaType,
    verificationMaterial: { publicKey: { hint: fingerprint } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: (await sign(preAuthentication(payload))).toString('base64'), keyid: fingerprint }],
    },
  });
}

/** The payload of a bundle, signed by this key: bytes, and the value that they are the canonical text of. */
export interface SignedPayload {
  readonly bytes: Buffer;
  readonly value: unknown;
}

/**
 * Reads a bundle strictly: of all bytes that say the same only one text is taken, so that whatever is changed in it is seen.
 * Other verifiers look at less (docs/evidence.md). The error is what was found instead of a bundle signed by this key.
 */
export function readBundle(bytes: Uint8Array, key: PublicKey): Result<SignedPayload> {
  if (bytes.length > maxBundleBytes) return err(`${bytes.length} bytes, more than ${maxBundleBytes}`);
  const read = readCanonical(bytes);
  if (!read.ok) return read;
  try {
    const bundle = fieldsOf(read.value, 'bundle', ['dsseEnvelope', 'mediaType', 'verificationMaterial']);
    requireText(bundle.mediaType, mediaType, 'mediaType');
    const material = fieldsOf(bundle.verificationMaterial, 'verificationMaterial', ['publicKey']);
    const { hint } = fieldsOf(material.publicKey, 'publicKey', ['hint']);
    const envelope = fieldsOf(bundle.dsseEnvelope, 'dsseEnvelope', ['payload', 'payloadType', 'signatures']);
    requireText(envelope.payloadType, payloadType, 'payloadType');
    if (!Array.isArray(envelope.signatures) || envelope.signatures.length !== 1)
      throw new Refused('another number of signatures than one');
    const { keyid, sig } = fieldsOf(envelope.signatures[0], 'signature', ['keyid', 'sig']);
    const payload = base64Of(envelope.payload, 'payload');
    const signature = base64Of(sig, 'sig');
    requireText(hint, key.fingerprint, 'hint');
    requireText(keyid, key.fingerprint, 'keyid');
    const wrong = whyNotSignedBy(key, preAuthentication(payload), signature);
    if (wrong !== undefined) return err(wrong);
    const statement = readCanonical(payload);
    return statement.ok
      ? ok({ bytes: payload, value: statement.value })
      : err(`a payload of ${statement.error}`);
  } catch (cause) {
    if (cause instanceof Refused) return err(cause.message);
    throw cause;
  }
}

class Refused extends Error {}

/** An object with exactly these keys. */
function fieldsOf<K extends string>(value: unknown, what: string, keys: readonly K[]): Record<K, unknown> {
  const found =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
  if (found?.length !== keys.length || !keys.every((key) => found.includes(key)))
    throw new Refused(
      `${what} with ${found === undefined ? 'no fields' : `the fields ${found.join(', ').slice(0, 200)}`}`,
    );
  return value as Record<K, unknown>; // it has these keys and no others
}

function requireText(found: unknown, expected: string, what: string): void {
  if (found !== expected)
    throw new Refused(`${what} \`${String(found).slice(0, 100)}\` instead of \`${expected}\``);
}

/** Bytes of base64 in its one form (RFC 4648, 4: padded, no bits left over). */
function base64Of(value: unknown, what: string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  if (bytes === undefined || bytes.length === 0 || bytes.toString('base64') !== value)
    throw new Refused(`${what} that is no canonical base64`);
  return bytes;
}
