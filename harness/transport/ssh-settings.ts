import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { SshOptions } from './compute-ssh-options.ts';
import { computeSshOptions } from './compute-ssh-options.ts';
import { expandTokens } from './expand-tokens.ts';
import { knownHostName } from './known-hosts.ts';
import type { SshStatement } from './ssh-config-file.ts';
import { loadSshConfig } from './ssh-config-file.ts';
import type { SshTarget } from './ssh-target.ts';
import { readSshTarget } from './ssh-target.ts';

/** What reaching machines takes from the surroundings of this process. */
export interface SshSurroundings {
  readonly home: string;
  readonly user: string;
  /** SSH_AUTH_SOCK. */
  readonly agentSocket: string | undefined;
  /** ssh_config files, the user's before the system's. */
  readonly configFiles: readonly string[];
}

/** One SSH server on the way. */
export interface SshHop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** What it is called in known_hosts, the most exact name first. */
  readonly knownAs: readonly string[];
  /** The first is the user's own, where a key would be added. */
  readonly knownHostsFiles: readonly string[];
  readonly identityFiles: readonly string[];
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

/** The surroundings of whoever runs this process. `agentSocket` is SSH_AUTH_SOCK. */
export const usualSurroundings = (agentSocket: string | undefined): SshSurroundings => ({
  home: homedir(),
  user: userInfo().username,
  agentSocket,
  configFiles: [join(homedir(), '.ssh/config'), '/etc/ssh/ssh_config'],
});

/** Options that change whom we trust or how we get there, and that are not supported: never ignored. */
const refused: Readonly<Record<string, string>> = {
  proxycommand: 'Use ProxyJump instead.',
  certificatefile: 'Log in with a plain key: certificates are not supported.',
  pkcs11provider: 'Add the token to an agent: ssh-add -s <provider>',
  knownhostscommand: 'Write the keys into a known_hosts file.',
  revokedhostkeys: 'Mark revoked keys with @revoked in a known_hosts file.',
  bindinterface: 'Use a route instead.',
  bindaddress: 'Use a route instead.',
};

const defaultIdentities = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const defaultKnownHosts = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const defaultGlobalKnownHosts = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];
const defaultDeadlineMs = 20_000;

/** Reads from ssh_config, once for all targets, how each is to be reached, ProxyJump included. */
export async function loadSshSettings(
  surroundings: SshSurroundings,
): Promise<(target: string) => SshSettings> {
  const files = await Promise.all(
    surroundings.configFiles.map((path) => loadSshConfig(path, surroundings.home)),
  );
  return (target) => ({
    name: target,
    hops: createHops(readSshTarget(target), { files, surroundings, depth: 0 }),
  });
}

interface Context {
  readonly files: readonly (readonly SshStatement[])[];
  readonly surroundings: SshSurroundings;
  readonly depth: number;
}

function createHops(target: SshTarget, context: Context, jumps?: readonly string[]): SshSettings['hops'] {
  const { files, surroundings, depth } = context;
  if (depth > 8)
    throw new AssayError(
      'CONFIG_INVALID',
      `ssh_config: expected at most 8 jumps to ${target.host}, found more`,
      {
        hint: 'Look for a host whose ProxyJump leads back to itself.',
      },
    );
  const options = computeSshOptions(files, {
    host: target.host,
    user: target.user,
    localUser: surroundings.user,
  });
  refuseUnsupported(target.host, options);
  const list = jumps ?? options.get('proxyjump')?.flatMap((value) => value.split(',')) ?? [];
  const isDirect = list.length === 0 || list[0]?.toLowerCase() === 'none';
  const nearest = isDirect ? undefined : list.at(-1)?.trim();
  const before =
    nearest === undefined
      ? []
      : createHops(
          readSshTarget(nearest, `ssh_config: ProxyJump of ${target.host}`),
          { ...context, depth: depth + 1 },
          // The first of several jumps follows its own configuration; the others have their way given.
          list.length > 1 ? list.slice(0, -1) : undefined,
        );
  return [...before, createHop(target, options, surroundings)];
}

function createHop(target: SshTarget, options: SshOptions, surroundings: SshSurroundings): SshHop {
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0];
  const { home, user: localUser } = surroundings;
  const host = expandTokens(first('hostname') ?? target.host, { '%h': target.host });
  const port = target.port ?? readInteger(first('port'), `Port of ${target.host}`) ?? 22;
  const user = target.user ?? first('user') ?? localUser;
  const tokens = {
    '%h': host,
    '%n': target.host,
    '%p': String(port),
    '%r': user,
    '%u': localUser,
    '%d': home,
  };
  const path = (text: string): string => expandTokens(text.replace(/^~(?=\/|$)/, home), tokens);
  const alias = first('hostkeyalias');
  const named = options.get('identityfile')?.filter((file) => file.toLowerCase() !== 'none');
  const knownHosts = options.get('userknownhostsfile') ?? defaultKnownHosts;
  const isYes = (keyword: string): boolean => first(keyword)?.toLowerCase() === 'yes';
  const seconds = readInteger(first('connecttimeout'), `ConnectTimeout of ${target.host}`);
  return {
    host,
    port,
    user,
    knownAs:
      alias === undefined
        ? [...new Set([knownHostName(host, port), knownHostName(host, 22)])]
        : [expandTokens(alias, tokens).toLowerCase()],
    knownHostsFiles: [...knownHosts, ...(options.get('globalknownhostsfile') ?? defaultGlobalKnownHosts)]
      .filter((file) => file.toLowerCase() !== 'none')
      .map(path),
    identityFiles: (named ?? defaultIdentities).map(path),
    areIdentitiesNamed: named !== undefined,
    usesNamedIdentitiesOnly: isYes('identitiesonly'),
    agentSocket: agentSocket(first('identityagent'), path, surroundings),
    deadlineMs: seconds === undefined || seconds === 0 ? defaultDeadlineMs : seconds * 1000,
  };
}

function agentSocket(
  setting: string | undefined,
  path: (text: string) => string,
  surroundings: SshSurroundings,
): string | undefined {
  if (setting === undefined || setting === 'SSH_AUTH_SOCK' || setting === '$SSH_AUTH_SOCK')
    return surroundings.agentSocket;
  return setting.toLowerCase() === 'none' ? undefined : path(setting);
}

function refuseUnsupported(host: string, options: SshOptions): void {
  const refuse = (keyword: string, hint: string): never => {
    const found = [keyword, ...(options.get(keyword) ?? [])].join(' ');
    throw new AssayError(
      'CONFIG_INVALID',
      `ssh_config: expected no setting for ${host} that Assay does not support, found \`${found}\``,
      { hint },
    );
  };
  for (const [keyword, hint] of Object.entries(refused)) {
    const value = options.get(keyword)?.[0]?.toLowerCase();
    if (value !== undefined && value !== 'none') refuse(keyword, hint);
  }
  if (options.get('pubkeyauthentication')?.[0]?.toLowerCase() === 'no')
    refuse('pubkeyauthentication', 'Assay logs in with keys only.');
  if (/^(yes|always)$/i.test(options.get('canonicalizehostname')?.[0] ?? ''))
    refuse('canonicalizehostname', 'Give the full name with HostName.');
}

function readInteger(text: string | undefined, where: string): number | undefined {
  if (text === undefined || text.toLowerCase() === 'none') return undefined;
  if (!/^\d{1,5}$/.test(text))
    throw new AssayError('CONFIG_INVALID', `ssh_config: ${where}: expected a whole number, got \`${text}\``, {
      hint: 'Correct the file.',
    });
  return Number(text);
}
