import { createHmac } from 'node:crypto';
import { lowerCase, matchesPatternList } from './pattern.ts';
import { keyType, readPublicKey, rsaBits } from './public-key.ts';
import { refuse } from './refusals.ts';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), its key not looked at yet. */
export interface KnownHostLine {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Patterns in lower case, separated by commas, or one hashed name `|1|salt|hash`. */
  readonly hosts: string;
  readonly type: string;
  readonly base64: string;
  readonly file: string;
  readonly line: number;
}

/** A line that is about a host, and its key. */
export interface KnownHost extends Omit<KnownHostLine, 'base64'> {
  readonly key: Buffer;
}

/** What a server is called in known_hosts, and what besides decides about its key. */
export interface HostNames {
  /** `host`, `[host]:port`, or what HostKeyAlias says. */
  readonly name: string;
  /** The name without the port, which counts where nothing is known of the name. */
  readonly withoutPort: string | undefined;
  /** The address, where CheckHostIP asks for it too. */
  readonly address?: string | undefined;
  readonly requiredRsaBits: number;
}

/** What known_hosts files say about a key that a host presented. */
export type HostKeyJudgement =
  | { readonly kind: 'known' }
  /** `authority`: the host is vouched for by a certificate authority only. */
  | { readonly kind: 'unknown'; readonly authority: KnownHost | undefined }
  | { readonly kind: 'changed'; readonly expected: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly by: KnownHost }
  | { readonly kind: 'short'; readonly bits: number; readonly required: number };

/**
 * Reads a known_hosts file (hostfile.c: hostkeys_foreach_file). A line that cannot be read is passed over, as OpenSSH
 * does; not so one with a marker that is none: a revocation must not get lost by a typing error.
 */
export function readKnownHosts(text: string, file: string): readonly KnownHostLine[] {
  return text.split('\n').flatMap((content, index): readonly KnownHostLine[] => {
    // Only blanks and tabs are white space, and C strings end at \0.
    const line = (content.split('\0', 1)[0] ?? '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) return [];
    const [marker, unmarked] = line.startsWith('@') ? cutMarker(line) : [undefined, line];
    const named = marker === undefined ? undefined : markers.get(marker);
    const [hosts = '', type = '', base64 = ''] = unmarked.split(/[ \t]+/);
    if (
      marker !== undefined &&
      (named === undefined || hosts.startsWith('@') || readPublicKey(type, base64) === undefined)
    )
      refuse(
        'marker',
        `${file}:${index + 1}: expected @revoked or @cert-authority, hosts, type and key; found \`${line.slice(0, 60)}\``,
      );
    const patterns = hosts.startsWith('|') ? hosts : lowerCase(hosts);
    return [{ marker: named, hosts: patterns, type, base64, file, line: index + 1 }];
  });
}

/** A marker ends at the first blank of its line, at a tab only where there is none (hostfile.c: check_markers). */
function cutMarker(line: string): readonly [marker: string, rest: string] {
  const [, marker = line, rest = ''] =
    /^([^ ]*) [ \t]*([^]*)$/.exec(line) ?? /^([^\t]*)\t+([^]*)$/.exec(line) ?? [];
  return [marker, rest];
}

const markers: ReadonlyMap<string, KnownHostLine['marker']> = new Map([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'cert-authority'],
]);

/** Judges a presented key (sshconnect.c: check_host_key, as with StrictHostKeyChecking yes). */
export function judgeHostKey(
  lines: readonly KnownHostLine[],
  { name, withoutPort, address, requiredRsaBits }: HostNames,
  key: Buffer,
): HostKeyJudgement {
  const bits = rsaBits(key);
  if (bits !== undefined && bits < requiredRsaBits) return { kind: 'short', bits, required: requiredRsaBits };
  const judgement = judgeName(lines, name, key);
  if (judgement.kind === 'unknown' && withoutPort !== undefined) {
    // Without its port a name can make a key known, never changed: it may be another server's.
    const fallback = judgeName(lines, withoutPort, key);
    if (fallback.kind !== 'changed') return fallback.kind === 'unknown' ? judgement : fallback;
  }
  if (judgement.kind === 'known' && address !== undefined) {
    const byAddress = judgeName(lines, address, key);
    if (byAddress.kind === 'changed') return byAddress;
  }
  return judgement;
}

/** hostfile.c: check_key_in_hostkeys. Any other key of this name, of whatever type, makes one changed. */
function judgeName(lines: readonly KnownHostLine[], name: string, key: Buffer): HostKeyJudgement {
  const about = findAbout(lines, name);
  const by = about.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (by !== undefined) return { kind: 'revoked', by };
  const expected = about.filter(({ marker }) => marker === undefined);
  if (expected.some((entry) => entry.key.equals(key))) return { kind: 'known' };
  if (expected.length > 0) return { kind: 'changed', expected };
  return { kind: 'unknown', authority: about.find(({ marker }) => marker === 'cert-authority') };
}

/**
 * Algorithms to ask a host for, of those that are allowed: if a key of the first one's type is known, as they are; else
 * those of known keys before the others (sshconnect2.c: order_hostkeyalgs).
 */
export function orderHostKeyAlgorithms(
  lines: readonly KnownHostLine[],
  name: string,
  allowed: readonly string[],
): readonly string[] {
  const about = findAbout(lines, name);
  const isRevoked = ({ key }: KnownHost): boolean =>
    about.some((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  const isKnown = (algorithm: string): boolean => {
    const plain = algorithm.replace(/-cert-v01(?=@)/, '').replace(/^(?!sk-)(.*)@.*/, '$1');
    const wanted = plain.replace(/^rsa-.*/, 'ssh-rsa');
    // Only the first key of a type is looked at.
    const first = about.find(({ marker, type }) => marker === undefined && type === wanted);
    return first !== undefined && !isRevoked(first);
  };
  if (allowed[0] !== undefined && isKnown(allowed[0])) return allowed;
  return [...allowed.filter(isKnown), ...allowed.filter((algorithm) => !isKnown(algorithm))];
}

/** How OpenSSH names a host in known_hosts (misc.c: put_host_port). */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? lowerCase(host) : `[${lowerCase(host)}]:${port}`;

/** Lines by the plain names in them, and those whose names only show themselves when they are compared. */
interface Index {
  readonly plain: ReadonlyMap<string, readonly number[]>;
  readonly others: readonly number[];
}

/** A fleet has a name a line, and each of its nodes asks for its own. */
const indices = new WeakMap<readonly KnownHostLine[], Index>();

function createIndex(lines: readonly KnownHostLine[]): Index {
  const plain = new Map<string, number[]>();
  const others: number[] = [];
  for (const [place, { hosts }] of lines.entries()) {
    const isPlain = !/^\||[*?!]/.test(hosts);
    if (!isPlain) others.push(place);
    for (const name of isPlain ? hosts.split(',') : []) {
      const places = plain.get(name);
      if (places === undefined) plain.set(name, [place]);
      else places.push(place);
    }
  }
  return { plain, others };
}

/** The lines about a name whose keys can be read, in their order. Only these keys are: a file has thousands. */
function findAbout(lines: readonly KnownHostLine[], name: string): readonly KnownHost[] {
  const index = indices.get(lines) ?? createIndex(lines);
  indices.set(lines, index);
  return [...new Set([...(index.plain.get(name) ?? []), ...index.others])]
    .toSorted((a, b) => a - b)
    .flatMap((place) => lines[place] ?? [])
    .filter(({ hosts }) => isAbout(name, hosts))
    .flatMap(({ base64, ...line }) => {
      const key = readPublicKey(line.type, base64);
      return key === undefined ? [] : [{ ...line, type: keyType(key), key }];
    });
}

/** hostfile.c: match_maybe_hashed. */
function isAbout(name: string, hosts: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatternList(name, hosts);
  const salt = Buffer.from(hosts.split('|')[2] ?? '', 'base64');
  const digest = createHmac('sha1', salt).update(name).digest('base64');
  return salt.length === 20 && hosts === `|1|${salt.toString('base64')}|${digest}`;
}
