import { createHash } from 'node:crypto';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Algorithms } from './openssh/algorithms.ts';
import { chooseAlgorithms } from './openssh/algorithms.ts';
import type { Computed, Options } from './openssh/compute-options.ts';
import { computeOptions } from './openssh/compute-options.ts';
import type { ConfigFile, ConfigSource } from './openssh/config-file.ts';
import { loadConfigFile } from './openssh/config-file.ts';
import type { Tokens, Variables } from './openssh/expand.ts';
import { expand, expandHome, findVariable } from './openssh/expand.ts';
import { readHostAndPort } from './openssh/host-and-port.ts';
import type { HostNames } from './openssh/known-hosts.ts';
import { knownHostName } from './openssh/known-hosts.ts';
import { lowerCase } from './openssh/pattern.ts';
import { refuse, refuseOptions, refuseSetting } from './openssh/refusals.ts';
import { loadServices } from './openssh/services.ts';
import type { Services } from './openssh/values.ts';
import { isHostName, isUserName, readPort, readSeconds } from './openssh/values.ts';
import type { SshTarget } from './ssh-target.ts';
import { readSshTarget } from './ssh-target.ts';

/** What reaching machines takes from the surroundings of this process. */
export interface SshSurroundings {
  readonly home: string;
  readonly user: string;
  readonly uid: number;
  /** Of the environment; SSH_AUTH_SOCK is one. */
  readonly variables: Variables;
  /** ssh_config files, the user's before the system's. */
  readonly configFiles: readonly ConfigSource[];
  /** Throws for an ssh_config that is not to be used, one that another includes among them. */
  readonly requireOwn?: (path: string) => Promise<void>;
}

/** One SSH server on the way. */
export interface SshHop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** AddressFamily: 0 is any. */
  readonly family: 0 | 4 | 6;
  /** What it is called in known_hosts; `address` is known once it is connected to. */
  readonly knownAs: HostNames;
  /** CheckHostIP. */
  readonly checksAddress: boolean;
  /** The first is the user's own, where a key would be added. */
  readonly knownHostsFiles: readonly string[];
  readonly algorithms: Algorithms;
  /** False where HostKeyAlgorithms gives the order itself. */
  readonly asksForKnownKeysFirst: boolean;
  readonly identityFiles: readonly string[];
  /** CertificateFile: not used, and said so when no key is accepted. */
  readonly certificateFiles: readonly string[];
  /** False when `identityFiles` are only the places where keys usually are. */
  readonly areIdentitiesNamed: boolean;
  readonly usesNamedIdentitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  /** For each of: reaching the server until logged in, opening a channel. */
  readonly deadlineMs: number;
}

/** How a machine is reached: the servers from here to there, the machine last. */
export interface SshSettings {
  readonly name: string;
  readonly hops: readonly [...SshHop[], SshHop];
}

/** The surroundings of whoever runs this process. */
export const usualSurroundings = (variables: Variables): SshSurroundings => ({
  home: homedir(),
  user: userInfo().username,
  uid: userInfo().uid,
  variables,
  configFiles: [
    { path: join(homedir(), '.ssh/config'), kind: 'user' },
    { path: '/etc/ssh/ssh_config', kind: 'system' },
  ],
});

const defaultIdentities = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const defaultKnownHosts = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const defaultGlobalKnownHosts = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
const defaultDeadlineMs = 20_000;
const mostJumps = 8;

/** Reads from ssh_config, once for all targets, how each is to be reached, ProxyJump included. */
export async function loadSshSettings(
  surroundings: SshSurroundings,
): Promise<(target: string) => SshSettings> {
  const services = loadServices();
  const files = await Promise.all(surroundings.configFiles.map((file) => loadConfigFile(file, surroundings)));
  const context = { files: files.filter((file) => file !== undefined), surroundings, services, depth: 0 };
  return (target) => ({
    name: target,
    hops: createHops(readSshTarget(target), context),
  });
}

interface Context {
  readonly files: readonly ConfigFile[];
  readonly surroundings: SshSurroundings;
  readonly services: Services;
  readonly depth: number;
}

const invalid = (message: string, hint: string): AssayError =>
  new AssayError('CONFIG_INVALID', `ssh_config: ${message}`, { hint });

function createHops(target: SshTarget, context: Context, jumps?: readonly string[]): SshSettings['hops'] {
  const { files, surroundings, services, depth } = context;
  if (depth > mostJumps)
    refuse('jumps', `ssh_config: expected at most ${mostJumps} jumps to ${target.host}, found more`);
  const computed = computeOptions(files, {
    ...target,
    jumps,
    localUser: surroundings.user,
    variables: surroundings.variables,
    services,
  });
  const fromFiles = [...computed.options].filter(
    ([keyword]) => keyword !== 'user' || target.user === undefined,
  );
  refuseOptions(target.host, new Map(fromFiles));
  if (Number(computed.options.get('connectionattempts')?.[0] ?? 1) === 0)
    throw invalid(`expected ConnectionAttempts of ${target.host} above 0`, 'Correct the value.');
  const hop = createHop(target, computed, context);
  const list = computed.options.get('proxyjump') ?? [];
  const jump = list.at(-1);
  if (jump === undefined) return [hop];
  const tokens = {
    h: hop.host,
    k: keyAlias(target, computed.options),
    n: target.host,
    p: String(hop.port),
    r: hop.user,
  };
  const nearest = readJump(jump, target.host, services, tokens);
  const isLoop =
    nearest.host === hop.host && (nearest.port ?? 22) === hop.port && (nearest.user ?? hop.user) === hop.user;
  if (isLoop)
    throw invalid(
      `expected a jump to ${target.host} over another host`,
      'Exclude the jump host from the section that names it: ProxyJump none, in a section before.',
    );
  // The first of several jumps follows its own configuration; the others have their way given.
  const others = list.slice(0, -1).map((other) => expand(other, tokens));
  return [
    ...createHops(nearest, { ...context, depth: depth + 1 }, others.length > 0 ? others : undefined),
    hop,
  ];
}

/** A jump becomes the command line of another ssh, tokens and all (ssh.c: main; sshconnect.c: expand_proxy_command). */
function readJump(text: string, host: string, services: Services, tokens: Tokens): SshTarget {
  const read = readHostAndPort(text, services);
  const {
    user,
    host: name,
    port,
  } = read.ok ? read.value : refuseSetting('ProxyJump', host, `proxyjump ${text}`);
  const jump = { user: user === undefined ? user : expand(user, tokens), host: expand(name, tokens), port };
  const isPlain =
    isHostName(jump.host) &&
    isUserName(jump.user ?? '') &&
    !/[~*?[\]!#\s\\$]/.test(`${jump.user ?? ''}${jump.host}`);
  return isPlain ? jump : refuseSetting('ProxyJump', host, `proxyjump ${text}`);
}

function createHop(target: SshTarget, { options, host }: Computed, context: Context): SshHop {
  const { surroundings, services } = context;
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0];
  const { home, user: localUser, variables } = surroundings;
  const port = readPort(first('port') ?? '22', services) ?? 22;
  const user = first('user') ?? localUser;
  const alias = first('hostkeyalias');
  const tokens = createTokens({ target, host, port, user, options }, surroundings);
  const isDirect = (options.get('proxyjump') ?? []).length === 0;
  const path = (text: string): string => {
    if (!isDirect && /%C/.test(text.replaceAll('%%', ''))) refuseSetting('%C', target.host, text);
    return expand(expandHome(text, home), tokens, variables);
  };
  const identities = options.get('identityfile')?.filter(isNamed);
  const seconds = readSeconds(first('connecttimeout') ?? '');
  return {
    host,
    port,
    user,
    family: first('addressfamily') === 'inet' ? 4 : first('addressfamily') === 'inet6' ? 6 : 0,
    knownAs: {
      name: alias === undefined ? knownHostName(host, port) : lowerCase(alias),
      withoutPort: alias === undefined && port !== 22 ? knownHostName(host, 22) : undefined,
      requiredRsaBits: Math.max(1024, Number(first('requiredrsasize') ?? 0)),
    },
    checksAddress: first('checkhostip') === 'yes',
    knownHostsFiles: [
      ...(options.get('userknownhostsfile') ?? defaultKnownHosts).filter(isNamed).map(path),
      // Without tokens and variables (ssh_config(5), TOKENS).
      ...(options.get('globalknownhostsfile') ?? defaultGlobalKnownHosts)
        .filter(isNamed)
        .map((file) => expandHome(file, home)),
    ],
    algorithms: chooseAlgorithms(target.host, options),
    // sshconnect2.c: ssh_kex2
    asksForKnownKeysFirst: /^[-+]|^$/.test(first('hostkeyalgorithms') ?? ''),
    identityFiles: (identities ?? defaultIdentities).map(path),
    certificateFiles: (options.get('certificatefile') ?? []).map(path),
    areIdentitiesNamed: identities !== undefined,
    usesNamedIdentitiesOnly: first('identitiesonly') === 'yes',
    agentSocket: agentSocket(first('identityagent'), path, variables),
    deadlineMs: seconds === undefined || seconds === 0 ? defaultDeadlineMs : seconds * 1000,
  };
}

const isNamed = (file: string): boolean => lowerCase(file) !== 'none';

interface Known {
  readonly target: SshTarget;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly options: Options;
}

/** sshconnect.h: DEFAULT_CLIENT_PERCENT_EXPAND_ARGS. */
function createTokens({ target, host, port, user, options }: Known, surroundings: SshSurroundings): Tokens {
  const here = hostname();
  return {
    C: createHash('sha1').update(`${here}${host}${port}${user}`).digest('hex'),
    L: here.split('.', 1)[0] ?? here,
    d: surroundings.home,
    h: host,
    i: String(surroundings.uid),
    k: keyAlias(target, options),
    l: here,
    n: target.host,
    p: String(port),
    r: user,
    u: surroundings.user,
  };
}

/** HostKeyAlias, or the name as typed. */
function keyAlias(target: SshTarget, options: Options): string {
  const alias = options.get('hostkeyalias')?.[0];
  return alias === undefined ? target.host : lowerCase(alias);
}

/** ssh.c: main. `$NAME` is a variable, and so is `SSH_AUTH_SOCK` alone. */
function agentSocket(
  setting: string | undefined,
  path: (text: string) => string,
  variables: Variables,
): string | undefined {
  const named = path(setting ?? 'SSH_AUTH_SOCK');
  if (named === 'none') return undefined;
  const name = named === 'SSH_AUTH_SOCK' ? named : named.startsWith('$') ? named.slice(1) : undefined;
  const socket = name === undefined ? named : findVariable(variables, name);
  // Set to nothing is how one says that there is none (authfd.c: ssh_get_authentication_socket).
  return socket === '' ? undefined : socket;
}
