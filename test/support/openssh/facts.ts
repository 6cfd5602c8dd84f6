import { userInfo } from 'node:os';
import { ourHostKeys } from '../../../harness/transport/openssh/algorithms.ts';
import type { ConfigSource } from '../../../harness/transport/openssh/config-file.ts';
import { refusals } from '../../../harness/transport/openssh/refusals.ts';
import type { SshHop } from '../../../harness/transport/ssh-settings.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Comparison } from './comparison.ts';
import { differences } from './differences.ts';

export const usualHome = userInfo().homedir;
/** The environment of both. */
export const variables = {
  PATH: process.env['PATH'],
  HOME: usualHome,
  KEYS: '/keys',
  USERNAME: 'me',
  SSH_AUTH_SOCK: '/run/auth',
};

/** What decides about one server on the way: the same words from both sides. */
export type Facts = Readonly<Record<string, string>>;
export type Outcome =
  | { readonly kind: 'facts'; readonly hops: readonly Facts[] }
  | { readonly kind: 'refused'; readonly why: string; readonly hint?: string };

/** Compares what came of it on both sides. */
export function judge(ours: Outcome, theirs: Outcome): Pick<Comparison, 'kind' | 'why'> {
  if (ours.kind === 'refused' && theirs.kind === 'refused') return { kind: 'equal', why: '' };
  if (ours.kind === 'refused') {
    const listed = refusals.find(({ instead }) => instead === ours.hint);
    return listed === undefined
      ? { kind: 'differs', why: `ssh takes it, we: ${ours.why}` }
      : { kind: 'listed', why: listed.name };
  }
  if (theirs.kind === 'refused') {
    const listed = differences.find(({ sshSays }) => sshSays?.test(theirs.why) === true);
    return listed === undefined
      ? { kind: 'differs', why: `we take it, ssh: ${theirs.why}` }
      : { kind: 'listed', why: listed.name };
  }
  const why = describe(ours.hops, theirs.hops);
  return { kind: why === '' ? 'equal' : 'differs', why };
}

/** Which facts differ; empty when none does. */
function describe(ours: readonly Facts[], theirs: readonly Facts[]): string {
  if (ours.length !== theirs.length)
    return `ours ${JSON.stringify(ours.map(({ host }) => host))}, ssh ${JSON.stringify(theirs.map(({ host }) => host))}`;
  return ours
    .flatMap((hop, at) =>
      Object.entries(hop)
        .filter(([name, value]) => value !== theirs[at]?.[name])
        .map(([name, value]) => `${at}.${name}: ours ${value}, ssh ${theirs[at]?.[name] ?? 'nothing'}`),
    )
    .join('\n');
}

/** What we make of files and a target. */
export async function computeOurs(
  configFiles: readonly ConfigSource[],
  target: string,
  home = usualHome,
): Promise<Outcome> {
  try {
    const { username, uid } = userInfo();
    const settings = await loadSshSettings({
      home,
      user: username,
      uid,
      variables: { ...variables, HOME: home },
      configFiles,
    });
    return { kind: 'facts', hops: settings(target).hops.map(ourFacts) };
  } catch (cause) {
    if (!(cause instanceof AssayError)) throw cause;
    return { kind: 'refused', why: cause.message, ...(cause.hint === undefined ? {} : { hint: cause.hint }) };
  }
}

const ourFacts = (hop: SshHop): Facts => ({
  host: hop.host,
  port: String(hop.port),
  user: hop.user,
  family: { 0: 'any', 4: 'inet', 6: 'inet6' }[hop.family],
  knownAs: hop.knownAs.name,
  knownHosts: hop.knownHostsFiles.join(' '),
  identities: hop.areIdentitiesNamed ? hop.identityFiles.join('\n') : 'usual',
  certificates: hop.certificateFiles.join('\n'),
  only: hop.usesNamedIdentitiesOnly ? 'yes' : 'no',
  agent: hop.agentSocket ?? 'none',
  checksAddress: hop.checksAddress ? 'yes' : 'no',
  rsa: String(hop.knownAs.requiredRsaBits),
  deadline: String(hop.deadlineMs),
  kex: sorted(hop.algorithms.kex),
  cipher: sorted(hop.algorithms.cipher),
  mac: sorted(hop.algorithms.mac),
  hostKey: ourHostKeys(hop.algorithms.hostKey).join(','),
});

const sorted = (names: readonly string[]): string => names.toSorted().join(',');

/** What we have: the rest of ssh's lists is no matter. */
const ourAlgorithms = new Set(
  `curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
   diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512 diffie-hellman-group18-sha512
   diffie-hellman-group14-sha256 aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com
   aes128-ctr aes192-ctr aes256-ctr hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256
   hmac-sha2-512 ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 rsa-sha2-512
   rsa-sha2-256`.split(/\s+/),
);

/** What `ssh -G` has printed. */
export function readOptions(text: string): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [keyword = ''] = line.split(' ', 1);
    options.set(keyword, [...(options.get(keyword) ?? []), line.slice(keyword.length + 1)]);
  }
  return options;
}

/** What `ssh -G` says of one server. `identities` are the files that ssh looked for. */
export function theirFacts(
  options: ReadonlyMap<string, readonly string[]>,
  identities: readonly string[],
  certificates: readonly string[],
  home = usualHome,
): Facts {
  const first = (keyword: string): string => options.get(keyword)?.[0] ?? '';
  const [host, port, seconds] = [first('hostname'), first('port'), first('connecttimeout')];
  const files = (keyword: string): readonly string[] =>
    ['', 'none'].includes(first(keyword)) ? [] : first(keyword).split(/ (?=[/~])/);
  const isUsual = identities[0] === `${home}/.ssh/id_rsa` && identities.length > 4;
  const algorithms = (keyword: string): readonly string[] =>
    first(keyword)
      .split(',')
      .filter((name) => ourAlgorithms.has(name));
  return {
    host,
    port,
    user: first('user'),
    family: first('addressfamily'),
    knownAs: options.has('hostkeyalias')
      ? first('hostkeyalias')
      : port === '22'
        ? host.toLowerCase()
        : `[${host.toLowerCase()}]:${port}`,
    knownHosts: [...files('userknownhostsfile'), ...files('globalknownhostsfile')]
      .map((file) => file.replace(/^~\/+/, `${home}/`))
      .join(' '),
    identities: isUsual ? 'usual' : identities.join('\n'),
    certificates: certificates.join('\n'),
    only: first('identitiesonly'),
    agent: theirAgent(options.get('identityagent')?.[0]),
    checksAddress: first('checkhostip'),
    rsa: String(Math.max(1024, Number(first('requiredrsasize')))),
    deadline: seconds === 'none' || seconds === '0' ? '20000' : `${seconds}000`,
    kex: sorted(algorithms('kexalgorithms')),
    cipher: sorted(algorithms('ciphers')),
    mac: sorted(algorithms('macs')),
    hostKey: algorithms('hostkeyalgorithms').join(','),
  };
}

/** What ssh makes of IdentityAgent after it has printed it (ssh.c: main). */
function theirAgent(printed: string | undefined): string {
  if (printed === undefined || printed === 'SSH_AUTH_SOCK') return variables.SSH_AUTH_SOCK;
  return printed === '$KEYS' ? variables.KEYS : printed === '$NOWHERE' ? 'none' : printed;
}
