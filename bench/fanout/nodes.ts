import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '../../harness/deploy/bundle.ts';
import type { Runtime } from '../../harness/deploy/runtime.ts';
import { createKey } from '../../test/support/sshd.ts';
import { shellQuote } from '../../workloads/kit/shell-quote.ts';
import { listProcesses } from '../list-processes.ts';
import type { CpuAccount } from './cpu-account.ts';
import { endProcess } from './end-process.ts';

/** Machines that are loopback addresses of this one, each with a directory of its own. */
export interface Nodes {
  readonly addresses: readonly string[];
  /** ssh_config for a server whose MaxStartups is the default; and for one that takes 64 at once. */
  readonly configs: { readonly usual: string; readonly raised: string };
  readonly directory: (address: string) => string;
  readonly state: (address: string) => string;
  /** Ends what earlier rounds left running and removes what they left lying; with `cache` also the agent. */
  readonly tidy: (options: { readonly cache: boolean }) => void;
  readonly hasAgent: (address: string) => boolean;
  readonly close: () => Promise<void>;
}

export interface NodesOptions {
  readonly folder: string;
  readonly count: number;
  readonly bundle: Bundle;
  readonly runtime: Runtime;
  readonly account: CpuAccount;
}

const ports = { usual: 22, raised: 2222 } as const;

/**
 * Starts two sshds with Debian's defaults but UsePAM, one of them with MaxStartups raised, in the network and mount
 * namespace that this process is in. A forced command makes an address a machine: a home of its own and, for the agent, a network
 * namespace of its own, because a machine has one lease.
 */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const { folder, count, runtime, account } = options;
  const at = (name: string): string => join(folder, name);
  const addresses = Array.from(
    { length: count },
    (_, index) => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  );
  const directory = (address: string): string => join(folder, 'nodes', address);
  const state = (address: string): string => join(directory(address), 'state');
  for (const address of addresses) {
    const cache = join(state(address), 'cache', runtime.hash);
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    linkSync(at('node'), join(cache, 'node'));
  }
  createKey(at('host-key'), 'ed25519');
  createKey(at('identity'), 'ed25519');
  writeForcedCommand(folder);
  replaceHome(folder);
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 }); // its privilege separation wants it
  const servers = await Promise.all([
    startServer(folder, ports.usual, [], account),
    startServer(folder, ports.raised, ['MaxStartups 500:30:1000'], account),
  ]);
  return {
    addresses,
    directory,
    state,
    configs: {
      usual: writeConfig(folder, ports.usual, addresses),
      raised: writeConfig(folder, ports.raised, addresses),
    },
    tidy: ({ cache }) => {
      endKeepers(folder);
      for (const address of addresses) {
        rmSync(join(state(address), 'runs'), { recursive: true, force: true });
        for (const name of existsSync(directory(address)) ? readdirSync(directory(address)) : [])
          if (name !== 'state') rmSync(join(directory(address), name), { recursive: true, force: true });
        if (!cache) continue;
        for (const name of readdirSync(join(state(address), 'cache')))
          if (name !== runtime.hash) rmSync(join(state(address), 'cache', name), { recursive: true });
      }
    },
    hasAgent: (address) => existsSync(join(state(address), 'cache', options.bundle.hash, 'manifest')),
    close: async () => {
      for (const server of servers) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      endKeepers(folder);
    },
  };
}

function writeForcedCommand(folder: string): void {
  mkdirSync(join(folder, 'bin'));
  // Debian's coreutils hash at a fifth of the speed of those that use libcrypto. The runtime is 127 MB, is hashed when
  // it is first seen, and all "machines" share these cores.
  const hash = '[ $# -eq 0 ] || exec /usr/bin/sha256sum "$@"\nexec openssl dgst -sha256 -r';
  writeFileSync(join(folder, 'bin/sha256sum'), `#!/bin/sh\n${hash}\n`, { mode: 0o755 });
  writeFileSync(
    join(folder, 'forced-command'),
    `#!/bin/sh
set -- $SSH_CONNECTION
HOME=${shellQuote(folder)}/nodes/$3 PATH=${shellQuote(folder)}/bin:$PATH
export HOME PATH
cd "$HOME" || exit 70
case $SSH_ORIGINAL_COMMAND in
*agent.js*attach*) exec unshare --net /bin/sh -c "$SSH_ORIGINAL_COMMAND" ;;
*) exec /bin/sh -c "$SSH_ORIGINAL_COMMAND" ;;
esac
`,
    { mode: 0o755 },
  );
}

/**
 * Another shell and home for root, in the mount namespace that this process is in: what a developer's own shell reads when
 * it starts is no part of this, and may take longer than everything else.
 */
function replaceHome(folder: string): void {
  const [home, passwd] = [join(folder, 'home'), join(folder, 'passwd')];
  mkdirSync(home);
  const others = readFileSync('/etc/passwd', 'utf8').replace(/^root:.*$/m, `root:x:0:0:root:${home}:/bin/sh`);
  writeFileSync(passwd, others);
  execFileSync('mount', ['--bind', passwd, '/etc/passwd']);
}

async function startServer(
  folder: string,
  port: number,
  more: readonly string[],
  account: CpuAccount,
): Promise<ChildProcess> {
  const config = join(folder, `sshd-${port}`);
  writeFileSync(
    config,
    [
      `Port ${port}`,
      'ListenAddress 0.0.0.0',
      `HostKey ${folder}/host-key`,
      `AuthorizedKeysFile ${folder}/identity.pub`,
      `PidFile ${folder}/sshd-${port}.pid`,
      `ForceCommand ${folder}/forced-command`,
      'Subsystem sftp /usr/lib/openssh/sftp-server',
      'StrictModes no', // the keys lie below /tmp
      'UsePAM no',
      ...more,
      '',
    ].join('\n'),
  );
  const [file, ...args] = [...account.entry, '/usr/sbin/sshd', '-D', '-e', '-f', config];
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-5000);
      if (log.includes('Server listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd did not start: ${log}`)));
  });
  return child;
}

/** One configuration for all clients: the same algorithms, the one key, host keys checked. */
export function writeConfig(folder: string, port: number, addresses: readonly string[]): string {
  const hostKey = readFileSync(join(folder, 'host-key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const knownHosts = join(folder, `known-hosts-${port}`);
  const name = (address: string): string => (port === 22 ? address : `[${address}]:${port}`);
  writeFileSync(knownHosts, addresses.map((address) => `${name(address)} ${hostKey}\n`).join(''));
  const path = join(folder, `ssh-config-${port}`);
  writeFileSync(
    path,
    [
      `Port ${port}`,
      'User root',
      `IdentityFile ${folder}/identity`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${knownHosts}`,
      'GlobalKnownHostsFile none',
      'StrictHostKeyChecking yes',
      'KexAlgorithms curve25519-sha256',
      'Ciphers aes128-gcm@openssh.com',
      'HostKeyAlgorithms ssh-ed25519',
      'PreferredAuthentications publickey',
      'LogLevel ERROR',
      '',
    ].join('\n'),
  );
  return path;
}

/** Keepers outlive their coordinator for seconds, and the next round must find the machine idle. */
function endKeepers(folder: string): void {
  for (const { pid, words } of listProcesses())
    if (words[1] === 'keeper' && words[2]?.startsWith(`${folder}/`) === true) endProcess(pid);
}
