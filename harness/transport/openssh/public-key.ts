import { createHash, createPublicKey } from 'node:crypto';

/** A key's SHA256 fingerprint, as ssh-keygen prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The type that a public key in SSH wire format carries inside; empty when it is none. */
export const keyType = (key: Buffer): string => readStrings(key)?.[0]?.toString('latin1') ?? '';

/** The bits of an RSA key's modulus; undefined of others. */
export function rsaBits(key: Buffer): number | undefined {
  const [type, , modulus] = readStrings(key) ?? [];
  if (type?.toString('latin1') !== 'ssh-rsa' || modulus === undefined) return undefined;
  return bits(modulus);
}

const curves: Readonly<Record<string, readonly [crv: string, bytes: number]>> = {
  nistp256: ['P-256', 32],
  nistp384: ['P-384', 48],
  nistp521: ['P-521', 66],
};

/**
 * A public key as in known_hosts, in wire format; undefined for what OpenSSH cannot read and so passes over (sshkey.c:
 * sshkey_read, sshkey_fromb). Certificates are no keys here.
 */
export function readPublicKey(type: string, base64: string): Buffer | undefined {
  const text = base64.replaceAll(/[\r\n\v\f]/g, ''); // b64_pton takes white space
  const key = Buffer.from(text, 'base64');
  if (text === '' || key.toString('base64') !== text) return undefined;
  const [name = '', ...parts] = readStrings(key) ?? [];
  // Names of its signatures are names of an RSA key too.
  const meant = type.replace(/^rsa-sha2-(256|512)$/, 'ssh-rsa');
  return name.toString('latin1') === meant && isKey(meant, parts) ? key : undefined;
}

function isKey(type: string, parts: readonly Buffer[]): boolean {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0), third] = parts;
  const [, curve = ''] = /^(?:sk-)?ecdsa-sha2-(nistp\d+)(?:@openssh\.com)?$/.exec(type) ?? [];
  switch (type) {
    case 'ssh-ed25519':
      return parts.length === 1 && first.length === 32;
    case 'sk-ssh-ed25519@openssh.com':
      return parts.length === 2 && first.length === 32;
    case 'ssh-rsa':
      return parts.length === 2 && isPositive(first) && isPositive(second) && bits(second) >= 1024;
    case 'ssh-dss':
      return parts.length === 4 && parts.every(isPositive);
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return parts.length === 3 && third !== undefined && isPoint(curve, first, second);
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return parts.length === 2 && isPoint(curve, first, second);
    default:
      return false;
  }
}

function isPoint(curve: string, name: Buffer, point: Buffer): boolean {
  const [crv = '', bytes = 0] = curves[curve] ?? [];
  if (name.toString('latin1') !== curve || point.length !== 1 + 2 * bytes || point[0] !== 4) return false;
  const coordinate = (from: number): string => point.subarray(from, from + bytes).toString('base64url');
  try {
    createPublicKey({ key: { kty: 'EC', crv, x: coordinate(1), y: coordinate(1 + bytes) }, format: 'jwk' });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return false; // not on the curve
    throw cause;
  }
}

const bits = (number: Buffer): number => BigInt(`0x0${number.toString('hex')}`).toString(2).length;
/** sshbuf_get_bignum2: no negative number, and at most 16384 bits. */
const isPositive = (number: Buffer): boolean =>
  number.length > 0 && ((number[0] ?? 0) & 0x80) === 0 && number.length <= 2049;

/** All length-prefixed strings of a blob, or nothing when something else is in it. */
function readStrings(blob: Buffer): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    const length = at + 4 <= blob.length ? blob.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > blob.length) return undefined;
    strings.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return strings;
}
