import { createCipheriv, randomBytes, scryptSync } from 'node:crypto';
import { der, derInteger, derOid, derTags } from './der.ts';

/**
 * Work factor of scrypt: N 2^14, r 8, p 5 (OWASP Password Storage Cheat Sheet, as good as N 2^17 with p 1). OpenSSL 3 reads no
 * key that takes more than 32 MiB of memory; this takes 16.
 */
const cost = { N: 2 ** 14, r: 8, p: 5 } as const;

const oids = {
  pbes2: '1.2.840.113549.1.5.13', // RFC 8018, A.4
  scrypt: '1.3.6.1.4.1.11591.4.11', // RFC 7914, 7
  aes256Cbc: '2.16.840.1.101.3.4.1.42', // RFC 3565
} as const;

const integer = (value: number): Buffer =>
  derInteger(Buffer.from(value.toString(16).padStart(8, '0'), 'hex'));

/**
 * A private key (PKCS#8, DER) as PEM that only its passphrase opens: PBES2 with scrypt and AES-256-CBC (RFC 8018, RFC 7914).
 * What Node writes itself has 2,048 rounds of PBKDF2.
 */
export function encryptPkcs8(key: Buffer, passphrase: Buffer): string {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const secret = scryptSync(passphrase, salt, 32, { ...cost, maxmem: 64 * 1024 * 1024 });
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const hidden = Buffer.concat([cipher.update(key), cipher.final()]);
  secret.fill(0);
  const sequence = (...parts: readonly Buffer[]): Buffer => der(derTags.sequence, ...parts);
  const derivation = sequence(
    derOid(oids.scrypt),
    sequence(der(derTags.octets, salt), integer(cost.N), integer(cost.r), integer(cost.p)),
  );
  const scheme = sequence(derOid(oids.aes256Cbc), der(derTags.octets, iv));
  const algorithm = sequence(derOid(oids.pbes2), sequence(derivation, scheme));
  return toPem('ENCRYPTED PRIVATE KEY', sequence(algorithm, der(derTags.octets, hidden)));
}

/** RFC 7468: 64 characters of base64 in a line. */
function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
