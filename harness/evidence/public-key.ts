import type { KeyObject } from 'node:crypto';
import { createPublicKey, hash, verify } from 'node:crypto';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { whyNotLowS } from './ecdsa.ts';

export type KeyAlgorithm = 'ecdsa-p256' | 'ed25519';

/** A key that signatures are checked with. */
export interface PublicKey {
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
  /** As OpenSSH calls it: `SHA256:` and unpadded base64 of the digest of the blob. Any other id is refused by cosign. */
  readonly fingerprint: string;
  /** The key as a line of OpenSSH's. */
  readonly ssh: string;
  /** The one PEM text of it (SubjectPublicKeyInfo). */
  readonly pem: string;
}

/** Which of the two kinds a key is; `undefined`: another curve, RSA, … */
export function algorithmOf({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): KeyAlgorithm | undefined {
  if (asymmetricKeyType === 'ed25519') return 'ed25519';
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
    ? 'ecdsa-p256'
    : undefined;
}

/** What is known of a public key, or of that of a private one. */
export function publicKeyOf(given: KeyObject): Result<PublicKey> {
  const key = given.type === 'private' ? createPublicKey(given) : given;
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) {
    const { asymmetricKeyType: type = 'another', asymmetricKeyDetails: details } = key;
    return err(
      `a key of the kind ${type}${details?.namedCurve === undefined ? '' : ` (${details.namedCurve})`}`,
    );
  }
  const { name, blob } = sshBlob(key, algorithm);
  return ok({
    algorithm,
    key,
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
    ssh: `${name} ${blob.toString('base64')}`,
    pem: key.export({ type: 'spki', format: 'pem' }) as string, // a string for this format
  });
}

/** Reads a public key from its PEM. */
export function readPublicKey(pem: string): Result<PublicKey> {
  // Of a private key Node would make the public one: it has no place where public ones are asked for.
  if (!/^-----BEGIN PUBLIC KEY-----\r?\n/.test(pem)) return err('no PEM that begins with BEGIN PUBLIC KEY');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return err('no public key that can be read');
  }
  return publicKeyOf(key);
}

/** RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4. */
function sshBlob(key: KeyObject, algorithm: KeyAlgorithm): { readonly name: string; readonly blob: Buffer } {
  const jwk = key.export({ format: 'jwk' });
  const point = (part: string | undefined): Buffer => Buffer.from(part ?? '', 'base64url');
  if (algorithm === 'ed25519') return { name: 'ssh-ed25519', blob: sshStrings('ssh-ed25519', point(jwk.x)) };
  const name = 'ecdsa-sha2-nistp256';
  return {
    name,
    blob: sshStrings(name, 'nistp256', Buffer.concat([Buffer.from([4]), point(jwk.x), point(jwk.y)])),
  };
}

function sshStrings(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(part));
      return [length, Buffer.from(part)];
    }),
  );
}

/** Why a signature over these bytes does not count; `undefined` when it does. */
export function whyNotSignedBy(
  { algorithm, key }: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): string | undefined {
  const malleable = algorithm === 'ecdsa-p256' ? whyNotLowS(signature) : undefined;
  if (malleable !== undefined) return malleable;
  return verify(algorithm === 'ecdsa-p256' ? 'sha256' : null, message, key, signature)
    ? undefined
    : 'a signature that is not of this key over these bytes';
}
