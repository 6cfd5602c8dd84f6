import type { Options } from './compute-options.ts';
import { matchesPattern } from './pattern.ts';
import { refuseSetting } from './refusals.ts';

/** What a server is offered, best first. */
export interface Algorithms {
  readonly kex: readonly Kex[];
  readonly cipher: readonly Cipher[];
  readonly mac: readonly Mac[];
  /** In these, some that we do not have: by the first OpenSSH decides whether known keys come first. */
  readonly hostKey: readonly string[];
}

// No SHA-1, MD5, CBC, RC4, and no MAC that is cut to 96 bits; of DH groups none below 2048 bits.
const kex = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
] as const;
const cipher = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
] as const;
const mac = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;
const hostKey = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
/** KEX_DEFAULT_PK_ALG of OpenSSH's myproposal.h. */
const theirs = [...hostKey.slice(0, 4), 'sk-ssh-ed25519', 'sk-ecdsa-sha2-nistp256', ...hostKey.slice(4)];
const theirHostKeys = [
  ...theirs.map((name) => `${name}-cert-v01@openssh.com`),
  ...theirs.map((name) => (name.startsWith('sk-') ? `${name}@openssh.com` : name)),
];
export type HostKey = (typeof hostKey)[number];
export type Kex = (typeof kex)[number];
export type Cipher = (typeof cipher)[number];
export type Mac = (typeof mac)[number];

/** Ours, as far as KexAlgorithms, Ciphers, MACs and HostKeyAlgorithms leave them. */
export function chooseAlgorithms(host: string, options: Options): Algorithms {
  choose(host, options, 'hostkeyalgorithms', hostKey); // refuses what leaves none of ours
  return {
    kex: choose(host, options, 'kexalgorithms', kex),
    cipher: choose(host, options, 'ciphers', cipher),
    mac: choose(host, options, 'macs', mac),
    hostKey: choose<string>(host, options, 'hostkeyalgorithms', theirHostKeys),
  };
}

/** Those that we have. */
export const ourHostKeys = (names: readonly string[]): readonly HostKey[] =>
  names.flatMap((name) => hostKey.find((ours) => ours === name) ?? []);

/**
 * kex.c: kex_assemble_names. `-` takes patterns away, `^` puts them in front, `+` would add what we have already or do
 * not hold for safe; else they are all that is allowed, in their order.
 */
function choose<Name extends string>(
  host: string,
  options: Options,
  keyword: string,
  ours: readonly Name[],
): readonly Name[] {
  const written = options.get(keyword)?.[0];
  if (written === undefined || written.startsWith('+')) return ours;
  const patterns = written.replace(/^[-^]/, '').split(',');
  const isIn = (name: Name): boolean => patterns.some((pattern) => matchesPattern(name, pattern));
  const named = [
    ...new Set(patterns.flatMap((pattern) => ours.filter((name) => matchesPattern(name, pattern)))),
  ];
  const others = ours.filter((name) => !isIn(name));
  const chosen = written.startsWith('-') ? others : written.startsWith('^') ? [...named, ...others] : named;
  return chosen.length > 0 ? chosen : refuseSetting('algorithms', host, `${keyword} ${written}`);
}
