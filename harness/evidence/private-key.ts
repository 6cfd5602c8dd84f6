import type { KeyObject } from 'node:crypto';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';
import { toLowS } from './ecdsa.ts';
import { encryptPkcs8 } from './pbes2.ts';
import type { KeyAlgorithm, PublicKey } from './public-key.ts';
import { publicKeyOf, whyNotSignedBy } from './public-key.ts';

/** Somebody who signs: with a key that is here, or by asking whoever has it. */
export interface Signer {
  readonly publicKey: PublicKey;
  /** The signature over these bytes, in the one form that counts. */
  readonly sign: (message: Buffer) => Promise<Buffer>;
}

/** Makes a new private key. */
export const generateKey = (algorithm: KeyAlgorithm): KeyObject =>
  algorithm === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

/** A private key as PEM (PKCS#8), which a passphrase opens where one is given. */
export function writePrivateKey(key: KeyObject, passphrase: Buffer | undefined): string {
  if (passphrase === undefined) return key.export({ type: 'pkcs8', format: 'pem' }) as string; // a string for this format
  const bytes = key.export({ type: 'pkcs8', format: 'der' });
  try {
    return encryptPkcs8(bytes, passphrase);
  } finally {
    bytes.fill(0);
  }
}

export const isEncrypted = (pem: string): boolean => pem.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----');

/** Reads a private key from its PEM. */
export function readPrivateKey(pem: string, passphrase: Buffer | undefined): Result<KeyObject> {
  if (!/^-----BEGIN (ENCRYPTED |EC )?PRIVATE KEY-----\r?\n/.test(pem))
    return err('no PEM that begins with BEGIN PRIVATE KEY');
  try {
    return ok(createPrivateKey({ key: pem, format: 'pem', ...(passphrase && { passphrase }) }));
  } catch {
    return err(
      isEncrypted(pem) ? 'one that this passphrase does not open' : 'no private key that can be read',
    );
  }
}

/** Signs with a key that is here. */
export function signerOf(key: KeyObject): Result<Signer> {
  const publicKey = publicKeyOf(key);
  if (!publicKey.ok) return publicKey;
  const digest = publicKey.value.algorithm === 'ecdsa-p256' ? 'sha256' : null;
  return ok({
    publicKey: publicKey.value,
    sign: (message) => {
      const signature = acceptSignature(publicKey.value, message, sign(digest, message, key));
      return signature.ok ? Promise.resolve(signature.value) : Promise.reject(new Error(signature.error));
    },
  });
}

/** A signature that was just made, by whomever, in the form that counts, if it is of this key over these bytes. */
export function acceptSignature(key: PublicKey, message: Uint8Array, made: Buffer): Result<Buffer> {
  const signature = key.algorithm === 'ecdsa-p256' ? (toLowS(made) ?? made) : made;
  const wrong = whyNotSignedBy(key, message, signature);
  return wrong === undefined ? ok(signature) : err(wrong);
}
