import { createHash, createHmac } from 'node:crypto';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { matchesPatterns } from './host-pattern.ts';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Host patterns as written, or one hashed name `|1|salt|hash`. */
  readonly hosts: readonly string[];
  readonly type: string;
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
}

/** What known_hosts files say about a key that a host presented. */
export type HostKeyJudgement =
  | { readonly kind: 'known' }
  /** `authority`: the host is vouched for by a certificate authority only. */
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly expected: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly by: KnownHost };

/** Signature algorithms by type of host key, best first. No SHA-1: OpenSSH has none either since 8.8. */
const algorithmsByType = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;
export type HostKeyAlgorithm = (typeof algorithmsByType)[keyof typeof algorithmsByType][number];

/**
 * Reads a known_hosts file. A line that cannot be read is passed over, as OpenSSH does; not so one with a marker: a
 * revocation must not get lost by a typing error.
 */
export function readKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((content, index): readonly KnownHost[] => {
    const words = content.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#') === true) return [];
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [hosts = '', type = '', base64 = ''] = words;
    const key = Buffer.from(base64, 'base64');
    const isReadable = hosts !== '' && type !== '' && keyType(key) === type;
    if (isReadable && (marker === undefined || marker === '@revoked' || marker === '@cert-authority')) {
      const named = {
        undefined: undefined,
        '@revoked': 'revoked',
        '@cert-authority': 'cert-authority',
      } as const;
      return [
        { marker: named[marker ?? 'undefined'], hosts: hosts.split(','), type, key, file, line: index + 1 },
      ];
    }
    if (marker === undefined) return [];
    throw new AssayError(
      'CONFIG_INVALID',
      `${file}:${index + 1}: expected \`${marker} <hosts> <type> <key>\` with the marker @revoked or @cert-authority`,
      { hint: 'Correct or remove the line.' },
    );
  });
}

/**
 * Judges a presented key. `names` are what the host is called in known_hosts, the most exact first; the others can
 * only make a key known, never changed (`[host]:2222` may be known as `host`, as OpenSSH has it).
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  names: readonly string[],
  key: Buffer,
): HostKeyJudgement {
  const about = entries.filter(({ hosts }) => names.some((name) => matchesHosts(name, hosts)));
  const same = about.filter((entry) => entry.key.equals(key));
  const revoked = same.find(({ marker }) => marker === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', by: revoked };
  if (same.some(({ marker }) => marker === undefined)) return { kind: 'known' };
  const expected = about.filter(
    ({ marker, hosts, type }) =>
      marker === undefined && type in algorithmsByType && matchesHosts(names[0] ?? '', hosts),
  );
  if (expected.length > 0) return { kind: 'changed', expected };
  return { kind: 'unknown', authority: about.find(({ marker }) => marker === 'cert-authority') };
}

/** Algorithms to ask a host for: those of its known keys first, so that a host with several keys shows one of them. */
export function orderHostKeyAlgorithms(
  entries: readonly KnownHost[],
  names: readonly string[],
): readonly HostKeyAlgorithm[] {
  const types = new Set(
    entries
      .filter(({ marker, hosts }) => marker === undefined && names.some((name) => matchesHosts(name, hosts)))
      .map(({ type }) => type),
  );
  const all = Object.entries(algorithmsByType);
  return [...all.filter(([type]) => types.has(type)), ...all.filter(([type]) => !types.has(type))].flatMap(
    ([, algorithms]) => algorithms,
  );
}

/** How OpenSSH names a host in known_hosts. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** A key's SHA256 fingerprint, as ssh-keygen prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The type that a public key in SSH wire format carries inside; empty when it is none. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return length > 0 && key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : '';
}

function matchesHosts(name: string, hosts: readonly string[]): boolean {
  const [first = ''] = hosts;
  if (!first.startsWith('|'))
    return matchesPatterns(
      name,
      hosts.map((host) => host.toLowerCase()),
    );
  const [, version, salt = '', hash = ''] = first.split('|');
  // `|1|` is HMAC-SHA1 of the name with the salt as key (hostfile.c).
  const digest = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return version === '1' && digest.equals(Buffer.from(hash, 'base64'));
}
