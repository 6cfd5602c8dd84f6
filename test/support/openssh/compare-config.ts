import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ourHostKeys } from '../../../harness/transport/openssh/algorithms.ts';
import { refusals } from '../../../harness/transport/openssh/refusals.ts';
import type { SshHop } from '../../../harness/transport/ssh-settings.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import { AssayError } from '../../../workloads/kit/assay-error.ts';
import type { Comparison } from './comparison.ts';
import { differences } from './differences.ts';
import type { GeneratedConfig } from './generate-config.ts';
import { generateConfig } from './generate-config.ts';
import { createChoices } from './random.ts';

const home = userInfo().homedir;
const variables = {
  PATH: process.env['PATH'],
  HOME: home,
  KEYS: '/keys',
  USERNAME: 'me',
  SSH_AUTH_SOCK: '/run/auth',
};

/** What decides about one server on the way: the same words from both sides. */
type Facts = Readonly<Record<string, string>>;
type Outcome =
  | { readonly kind: 'facts'; readonly hops: readonly Facts[] }
  | { readonly kind: 'refused'; readonly why: string; readonly hint?: string };

/** Compares one generated configuration with the installed ssh. `folder` is emptied. */
export async function compareConfig(seed: number, folder: string): Promise<Comparison> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const generated = generateConfig(createChoices(seed), folder);
  return compareText(generated, folder);
}

export async function compareText(generated: GeneratedConfig, folder: string): Promise<Comparison> {
  const path = join(folder, 'ssh_config');
  writeFileSync(path, generated.config);
  for (const [name, { text, mode }] of Object.entries(generated.files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  }
  const ours = await computeOurs(path, generated.target.ours);
  const theirs = computeTheirs(path, generated.target.theirs);
  const about = `${generated.target.ours}\n${generated.config}${Object.entries(generated.files)
    .map(([name, { text, mode }]) => `--- ${name} ${mode.toString(8)}\n${text}`)
    .join('')}`;
  return {
    ...judge(ours, theirs),
    isAcceptedByThem: theirs.kind === 'facts',
    isAcceptedByUs: ours.kind === 'facts',
    about,
  };
}

function judge(ours: Outcome, theirs: Outcome): Pick<Comparison, 'kind' | 'why'> {
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

async function computeOurs(path: string, target: string): Promise<Outcome> {
  try {
    const { username, uid } = userInfo();
    const settings = await loadSshSettings({
      home,
      user: username,
      uid,
      variables,
      configFiles: [{ path, kind: 'given' }],
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

function computeTheirs(path: string, destination: readonly string[]): Outcome {
  const hops: Facts[] = [];
  let args: readonly string[] | undefined = destination;
  while (args !== undefined) {
    if (hops.length > 12) return { kind: 'refused', why: 'jumps without an end' };
    const printed = ssh(path, ['-G', ...args]);
    if (printed.status !== 0) return { kind: 'refused', why: printed.stderr };
    const options = readOptions(printed.stdout);
    const tried = tryIt(path, args, options.has('proxyjump'));
    if (tried.why !== undefined) return { kind: 'refused', why: tried.why };
    hops.unshift(theirFacts(options, tried.identities));
    args = tried.jump;
  }
  return { kind: 'facts', hops };
}

function ssh(
  path: string,
  args: readonly string[],
  argv0?: string,
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('ssh', ['-F', path, '-o', 'BatchMode=yes', ...args], {
    encoding: 'utf8',
    env: variables,
    timeout: 20_000,
    ...(argv0 === undefined ? {} : { argv0 }),
  });
}

interface Tried {
  readonly identities: readonly string[];
  readonly jump: readonly string[] | undefined;
  readonly why?: string;
}

/**
 * Lets ssh begin to log in: which keys it looks for, which `ssh -G` shows unexpanded, and the command line of the ssh that
 * it starts for a jump, which a script writes down (ssh starts what it was called itself). Nobody is connected to.
 */
function tryIt(path: string, args: readonly string[], hasJump: boolean): Tried {
  const [script, written] = [`${path}.sh`, `${path}.args`];
  rmSync(written, { force: true });
  writeFileSync(script, `#!/bin/sh\nprintf '%s\\0' "$@" > ${written}\n`, { mode: 0o755 });
  const { stderr } = ssh(
    path,
    ['-v', ...(hasJump ? [] : ['-o', 'ProxyCommand=true']), ...args, 'true'],
    script,
  );
  if (!/kex_exchange_identification|Connection closed by UNKNOWN/.test(stderr))
    return { identities: [], jump: undefined, why: stderr };
  const identities = [...stderr.matchAll(/^debug1: identity file (.*) type -?\d+\r?$/gm)].map(
    ([, file = '']) => file.replaceAll('\\\\', '\\'), // as the log escapes it
  );
  const named = identities.filter((_, index) => index % 2 === 0); // each is followed by its certificate
  if (!hasJump) return { identities: named, jump: undefined };
  if (!existsSync(written)) return { identities: named, jump: undefined, why: stderr };
  return { identities: named, jump: readJump(readFileSync(written, 'utf8').split('\0')) };
}

/** Of `-l user -p port -v -J others -F file -W [host]:port jump`: what tells of the jump. */
function readJump(args: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [arg = '', value = ''] = args.slice(at, at + 2);
    if (arg === '-l' || arg === '-p' || arg === '-J') kept.push(arg, value);
    if (/^-[lpJFW]$/.test(arg)) at += 1;
    else if (arg !== '' && !/^-v+$/.test(arg)) kept.push(arg);
  }
  return kept;
}

function readOptions(text: string): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [keyword = ''] = line.split(' ', 1);
    options.set(keyword, [...(options.get(keyword) ?? []), line.slice(keyword.length + 1)]);
  }
  return options;
}

function theirFacts(options: ReadonlyMap<string, readonly string[]>, identities: readonly string[]): Facts {
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
