import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellQuote } from '../../workloads/kit/shell-quote.ts';
import type { Nodes } from './nodes.ts';

/** How many hosts every peer works on at once. */
export const parallel = 64;

/**
 * Nodes that ours starts agents on at once. All of them share the cores of this machine, where an agent that starts takes
 * half a second of CPU: with 64 on busy cores the last ones come after the deadline of a welcome.
 */
export const agentsAtOnce = 16;

/** A way to do the same on many hosts: commands that are run one after the other. */
export interface Peer {
  readonly name: string;
  /** What has to be on the PATH; a peer that is absent is left out. */
  readonly program: string;
  /** Debian package that has it. */
  readonly package: string;
  /** More hosts would take minutes and show nothing new. */
  readonly mostHosts: number;
  /** It takes part in this many rounds only, because one of its own takes as long as all others. */
  readonly mostRounds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly check: readonly (readonly string[])[];
  readonly push: readonly (readonly string[])[] | undefined;
}

export interface PeerOptions {
  readonly folder: string;
  readonly nodes: Nodes;
  readonly addresses: readonly string[];
  /** The agent as one file, and what unpacks, verifies and starts it in the machine's home. */
  readonly archive: string;
  readonly start: string;
}

/** The tools that people use for this today, each with its defaults but the number of hosts at once. */
export function createPeers({ folder, nodes, addresses, archive, start }: PeerOptions): readonly Peer[] {
  const config = nodes.configs.raised;
  const list = join(folder, `hosts-${addresses.length}`);
  writeFileSync(list, addresses.map((address) => `${address}\n`).join(''));
  const playbook = join(folder, 'push.yaml');
  const tasks = [{ copy: { src: archive, dest: 'agent.tar' } }, { shell: { cmd: start } }];
  writeFileSync(playbook, JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]));
  const clush = ['clush', '--hostfile', list, '-f', `${parallel}`, '-o', `-F ${config}`];
  const ansible = ['-i', list, '-f', `${parallel}`];
  return [
    {
      name: 'xargs ssh',
      program: 'ssh',
      package: 'openssh-client',
      mostHosts: 500,
      mostRounds: Infinity,
      env: {},
      check: [
        ['sh', '-c', `xargs -P ${parallel} -I{} ssh -F ${shellQuote(config)} {} true < ${shellQuote(list)}`],
      ],
      push: undefined,
    },
    {
      name: 'pdsh',
      program: 'pdsh',
      package: 'pdsh',
      mostHosts: 500,
      mostRounds: Infinity,
      env: { PDSH_SSH_ARGS_APPEND: `-F ${config}` },
      check: [['pdsh', '-S', '-R', 'ssh', '-f', `${parallel}`, '-w', `^${list}`, 'true']],
      push: undefined,
    },
    {
      name: 'clush',
      program: 'clush',
      package: 'clustershell',
      mostHosts: 500,
      mostRounds: Infinity,
      env: {},
      check: [[...clush, '-S', 'true']],
      push: [
        [...clush, '--copy', archive, '--dest', 'agent.tar'],
        [...clush, '-S', start],
      ],
    },
    {
      name: 'ansible',
      program: 'ansible',
      package: 'ansible-core',
      mostHosts: 100,
      mostRounds: 1,
      env: {
        ANSIBLE_PIPELINING: 'True',
        ANSIBLE_HOST_KEY_CHECKING: 'True',
        ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
        // Its own defaults after our configuration.
        ANSIBLE_SSH_ARGS: `-F ${config} -C -o ControlMaster=auto -o ControlPersist=60s`,
      },
      check: [['ansible', ...ansible, '-m', 'command', '-a', 'true', 'all']],
      push: [['ansible-playbook', ...ansible, playbook]],
    },
  ];
}
