import { writeFileSync } from 'node:fs';
import { generateKey, signerOf, writePrivateKey } from '../../harness/evidence/private-key.ts';
import type { KeyAlgorithm } from '../../harness/evidence/public-key.ts';

/** Writes a key to `path` and its public part beside it, and returns how that is called. */
export function writeKey(path: string, algorithm: KeyAlgorithm, passphrase?: string): string {
  const key = generateKey(algorithm);
  const signer = signerOf(key);
  if (!signer.ok) throw new Error(signer.error);
  const text = writePrivateKey(key, passphrase === undefined ? undefined : Buffer.from(passphrase));
  writeFileSync(path, text, { mode: 0o600 });
  writeFileSync(`${path}.pub`, signer.value.publicKey.pem);
  return signer.value.publicKey.fingerprint;
}
