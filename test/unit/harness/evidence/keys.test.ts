import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { der, derInteger, derTags } from '../../../../harness/evidence/der.ts';
import { toLowS, whyNotLowS } from '../../../../harness/evidence/ecdsa.ts';
import {
  acceptSignature,
  generateKey,
  readPrivateKey,
  signerOf,
  writePrivateKey,
} from '../../../../harness/evidence/private-key.ts';
import { readPublicKey, whyNotSignedBy } from '../../../../harness/evidence/public-key.ts';
import { twinOf } from '../../../support/tamper.ts';

const message = Buffer.from('six of six runs');
const passphrase = Buffer.from('correct horse battery');

function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string },
): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('a key', () => {
  // As ssh-keygen 9.2 prints them (ssh-keygen -i -m PKCS8 -f pub.pem | ssh-keygen -lf -).
  it('is called as OpenSSH calls it', () => {
    const key = valueOf(
      readPublicKey(
        '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n',
      ),
    );
    expect(key.algorithm).toBe('ecdsa-p256');
    expect(key.ssh).toBe(
      'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=',
    );
    expect(key.fingerprint).toBe('SHA256:SFMVDOrhOSBssOVH9hIcK/Z2XVf1oSVMjNCL8u2aICY');
  });

  it.each(['ecdsa-p256', 'ed25519'] as const)('of %s is opened by its passphrase only', (algorithm) => {
    const key = generateKey(algorithm);
    const pem = writePrivateKey(key, passphrase);
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    expect(valueOf(readPrivateKey(pem, passphrase)).equals(key)).toBe(true);
    expect(readPrivateKey(pem, Buffer.from('another')).ok).toBe(false);
    expect(readPrivateKey(pem, undefined).ok).toBe(false);
    expect(valueOf(readPrivateKey(writePrivateKey(key, undefined), undefined)).equals(key)).toBe(true);
  });

  it.each([
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['X25519', () => generateKeyPairSync('x25519').privateKey],
  ])('of another kind is refused: %s', (_, make) => {
    expect(signerOf(make()).ok).toBe(false);
  });

  it('is refused where a private one lies in the place of a public one', () => {
    expect(readPublicKey(writePrivateKey(generateKey('ed25519'), undefined)).ok).toBe(false);
    expect(readPublicKey('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n').ok).toBe(false);
  });
});

describe('a signature of P-256', () => {
  it('has one form that counts, whoever made it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const signer = valueOf(signerOf(generateKey('ecdsa-p256')));
      const signature = await signer.sign(message);
      const twin = twinOf(signature);
      expect(whyNotSignedBy(signer.publicKey, message, signature)).toBeUndefined();
      // What everybody else takes.
      expect(verify('sha256', message, signer.publicKey.key, twin)).toBe(true);
      expect(whyNotSignedBy(signer.publicKey, message, twin)).toContain('the greater s');
      expect(toLowS(twin)).toEqual(signature);
      expect(valueOf(acceptSignature(signer.publicKey, message, twin))).toEqual(signature);
    }
  });

  it('is refused where it is not the minimal DER of two numbers of the group', () => {
    const one = derInteger(Buffer.from([1]));
    const order = derInteger(
      Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
    );
    const padded = der(derTags.integer, Buffer.from([0, 1]));
    const wrong = [
      Buffer.alloc(0),
      Buffer.from([0x30]),
      der(derTags.sequence, one),
      der(derTags.sequence, one, padded),
      der(derTags.sequence, padded, one),
      der(derTags.sequence, one, order),
      der(derTags.sequence, one, derInteger(Buffer.from([0]))),
      der(derTags.sequence, one, der(derTags.integer, Buffer.from([0x81]))),
      der(derTags.sequence, one, one, one),
      Buffer.concat([der(derTags.sequence, one, one), Buffer.from([0])]),
      der(derTags.octets, one, one),
    ];
    for (const signature of wrong) expect(whyNotLowS(signature)).toContain('minimal DER');
    expect(whyNotLowS(der(derTags.sequence, one, one))).toBeUndefined();
  });

  it('is refused where it is of another key or over other bytes', async () => {
    for (const algorithm of ['ecdsa-p256', 'ed25519'] as const) {
      const signer = valueOf(signerOf(generateKey(algorithm)));
      const other = valueOf(signerOf(generateKey(algorithm)));
      const signature = await signer.sign(message);
      expect(whyNotSignedBy(signer.publicKey, message, signature)).toBeUndefined();
      expect(whyNotSignedBy(other.publicKey, message, signature)).toContain('not of this key');
      expect(whyNotSignedBy(signer.publicKey, Buffer.from('five of six'), signature)).toContain(
        'over these bytes',
      );
    }
    const signer = valueOf(signerOf(generateKey('ecdsa-p256')));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(acceptSignature(signer.publicKey, message, sign('sha256', message, privateKey)).ok).toBe(false);
  });
});
