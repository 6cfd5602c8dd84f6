import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshSurroundings } from '../../harness/transport/ssh-settings.ts';
import { removeFolder } from './temporary.ts';

const program = '/usr/sbin/sshd';

/** Whether tests against a real sshd can run; with CI=true they must. */
export const hasSshd = existsSync(program);
if (!hasSshd && process.env['CI'] === 'true')
  throw new Error(`expected ${program} with CI=true (apt-get install openssh-server)`);

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshdOptions {
  readonly hostKeys?: readonly KeyType[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Another login shell (else sh) and home for the user, seen by this sshd only; the files are written into that home. */
  readonly login?: { readonly shell: string; readonly files: Readonly<Record<string, string>> };
  /** False: the user's key is not in authorized_keys. */
  readonly isAuthorized?: boolean;
}

/** A real sshd on 127.0.0.1, as the current user, with keys of its own, and what a client needs to reach it. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The user's private key. */
  readonly identity: string;
  readonly hostKey: (type?: KeyType) => string;
  /** What sshd has logged. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-sshd-'));
  const at = (name: string): string => join(folder, name);
  const hostKeys = options.hostKeys ?? ['ed25519'];
  for (const type of hostKeys) createKey(at(`host_${type}`), type);
  createKey(at('identity'), 'ed25519');
  writeFileSync(
    at('authorized_keys'),
    options.isAuthorized === false ? '' : readFileSync(at('identity.pub')),
  );
  const port = await freePort();
  writeFileSync(
    at('sshd_config'),
    [
      // The first value of a keyword counts.
      ...(options.config ?? []),
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      ...hostKeys.map((type) => `HostKey ${at(`host_${type}`)}`),
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      `PidFile ${at('pid')}`,
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'StrictModes no',
      'UsePAM no',
      'PrintMotd no',
      '',
    ].join('\n'),
  );
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // its privilege separation wants it
  const [file, ...args] = [
    // Nothing of this user's own shell and its files: what they do at a login is not ours to test.
    ...asUserWith(options.login ?? { shell: '/bin/sh', files: {} }, folder),
    program,
    '-D',
    '-e',
    '-f',
    at('sshd_config'),
  ];
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Server listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd did not start: ${log}`)));
  });
  return {
    port,
    user: userInfo().username,
    identity: at('identity'),
    hostKey: (type = hostKeys[0] ?? 'ed25519') =>
      readFileSync(at(`host_${type}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' '),
    log: () => log,
    stop: async () => {
      await ended(child);
      removeFolder(folder);
    },
  };
}

/** A home directory with an ssh_config and a known_hosts file of its own: nothing of the developer's is read. */
export interface ClientHome {
  readonly surroundings: SshSurroundings;
  readonly knownHosts: string;
}

export function createClientHome(
  folder: string,
  lines: { readonly config?: readonly string[]; readonly knownHosts?: readonly string[] },
): ClientHome {
  mkdirSync(join(folder, '.ssh'), { recursive: true });
  const config = join(folder, '.ssh/config');
  const knownHosts = join(folder, '.ssh/known_hosts');
  writeFileSync(config, 'GlobalKnownHostsFile none\n');
  appendFileSync(config, (lines.config ?? []).map((line) => `${line}\n`).join(''));
  writeFileSync(knownHosts, (lines.knownHosts ?? []).map((line) => `${line}\n`).join(''));
  return {
    knownHosts,
    surroundings: {
      home: folder,
      user: userInfo().username,
      uid: userInfo().uid,
      variables: {},
      configFiles: [{ path: config, kind: 'given' }],
    },
  };
}

export function createKey(path: string, type: KeyType, passphrase = ''): void {
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', 'assay-test', '-f', path]);
}

/** A command that runs the rest with another line for us in /etc/passwd, in a mount namespace of its own. */
function asUserWith(login: NonNullable<SshdOptions['login']>, folder: string): readonly string[] {
  const home = join(folder, 'home');
  mkdirSync(home);
  for (const [name, text] of Object.entries(login.files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const { username, uid, gid } = userInfo();
  const others = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith(`${username}:`));
  writeFileSync(
    join(folder, 'passwd'),
    [`${username}:x:${uid}:${gid}::${home}:${login.shell}`, ...others].join('\n'),
  );
  return [
    'unshare',
    '--mount',
    ...(uid === 0 ? [] : ['--map-current-user']),
    'sh',
    '-c',
    'mount --bind "$1" /etc/passwd && shift && exec "$@"',
    'sh',
    join(folder, 'passwd'),
  ];
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}
