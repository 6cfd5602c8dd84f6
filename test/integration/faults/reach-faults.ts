import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import type { RigNode } from '../../rig/rig-node.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import type { Running } from '../../support/run-assay.ts';
import type { Gate } from './node-state.ts';
import {
  agentProcesses,
  createGate,
  killAgent,
  ownProgramsFirst,
  putGatedOpenssl,
  putTool,
} from './node-state.ts';
import type { Found, Scenario, Scene } from './scene.ts';
import { expectMeasured, found, patientHash, product, verify } from './scene.ts';

/** What can go wrong between the coordinator and a node. */
export const reachFaults: Readonly<Record<string, Scenario>> = {
  none: {
    nodes: 3,
    provoke: async (scene) => {
      const ended = await scene.certify().finished;
      expect(ended.stderr).not.toMatch(/✖|reaching/);
      expectMeasured(scene);
      return found(scene, ended);
    },
  },

  'black hole for longer than the keepalive': {
    nodes: 1,
    provoke: (scene) =>
      disturb(scene, async ({ node, running, gate }) => {
        await node.blackHole(true);
        await running.says('reaching for it');
        gate.open(); // the step ends while nobody can be told
        await node.blackHole(false);
      }),
  },

  'wrong host key': {
    nodes: 2,
    provoke: async (scene) => {
      const [{ name, address }, other] = scene.nodes;
      const keyOf = (lines: string, node = ''): string =>
        new RegExp(`^${node},.*? (.*)$`, 'm').exec(lines)?.[1] ?? '';
      const knownHosts = (lines: string): string =>
        lines.replace(keyOf(lines, name), keyOf(lines, other?.name));
      const ended = await scene.certify({ knownHosts }).finished;
      expect(ended.stderr).toMatch(new RegExp(`✖ ${name}: HOST_KEY_CHANGED .*SHA256:.*SHA256:`, 's'));
      expect(oneLine(ended.stderr)).toContain(
        `ssh-keygen -R ${address} -f ${scene.directory}/known_hosts && ssh-keyscan`,
      );
      expectMeasured(scene, scene.nodes.slice(1));
      return found(scene, ended);
    },
  },

  'unknown host': {
    nodes: 2,
    provoke: async (scene) => {
      const [{ name }] = scene.nodes;
      const knownHosts = (lines: string): string => lines.replace(new RegExp(`^${name},.*\n`, 'm'), '');
      const ended = await scene.certify({ knownHosts }).finished;
      expect(ended.stderr).toMatch(new RegExp(`✖ ${name}: HOST_KEY_UNKNOWN .*SHA256:`, 's'));
      expect(oneLine(ended.stderr)).toContain('ssh-keyscan -t ed25519');
      expectMeasured(scene, scene.nodes.slice(1));
      return found(scene, ended);
    },
  },

  'no key accepted': {
    nodes: 2,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await node.authorize(false);
      const ended = await scene.certify().finished;
      expect(ended.stderr).toContain(`✖ ${node.name}: AUTH_FAILED`);
      expect(oneLine(ended.stderr)).toContain('ssh-copy-id');
      expectMeasured(scene, scene.nodes.slice(1));
      return found(scene, ended);
    },
  },

  'one node cannot be reached': {
    nodes: 3,
    provoke: async (scene) => {
      const [node, ...others] = scene.nodes;
      await node.stopSshd();
      const ended = await scene.certify().finished;
      expect(ended.stderr).toContain(`✖ ${node.name}: HOST_UNREACHABLE`);
      expectMeasured(scene, others);
      return found(scene, ended);
    },
  },

  'sshd drops new connections (MaxStartups)': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await node.sshdConfig([...ownProgramsFirst, 'MaxStartups 2', 'LogLevel VERBOSE']);
      // Two that never log in: every further one is dropped.
      const idle = [openSocket(node), openSocket(node)];
      await Promise.all(idle.map((socket) => once(socket, 'data')));
      const running = scene.certify();
      const hasDropped = async (): Promise<boolean> =>
        (await node.readFile('/var/log/sshd.log')).includes('drop connection');
      await waitUntil('sshd has dropped one', hasDropped, 60_000);
      for (const socket of idle) socket.destroy();
      return found(scene, await running.finished);
    },
  },

  'TCP reset in the middle of a step': {
    nodes: 1,
    provoke: (scene) =>
      disturb(scene, async ({ node, running }) => {
        await node.resetConnections();
        await running.says('reaching for it');
      }),
  },

  'sshd restarted with its sessions': {
    nodes: 1,
    provoke: (scene) =>
      disturb(scene, async ({ node, running }) => {
        await node.restartSshd({ sessions: true });
        await running.says('reaching for it');
      }),
  },

  'bridge of the agent killed': {
    nodes: 1,
    provoke: (scene) =>
      disturb(scene, async ({ node, running }) => {
        // The first connection is the keeper's own.
        await node.resetConnections();
        await running.says('reaching for it');
        const bridges = (): readonly number[] =>
          agentProcesses(node, 'bridge').map(({ machinePid }) => machinePid);
        await waitUntil('a second connection has its bridge', () => bridges().length === 1, 60_000);
        const [second = 0] = bridges();
        killAgent(node, 'bridge');
        const hasNext = (): boolean => bridges().length === 1 && !bridges().includes(second);
        await waitUntil('a third one has its own', hasNext, 60_000);
      }),
  },

  'TCP reset while it probes': {
    nodes: 1,
    provoke: (scene) => whileItProbes(scene, (node) => node.resetConnections()),
  },

  'keeper of the agent killed while it probes': {
    nodes: 1,
    provoke: (scene) => whileItProbes(scene, (node) => killAgent(node, 'keeper')),
  },

  'keeper of the agent killed': {
    nodes: 1,
    provoke: (scene) => disturb(scene, ({ node }) => killAgent(node, 'keeper'), twice),
  },

  'node rebooted in the middle of a step': {
    nodes: 1,
    provoke: (scene) => disturb(scene, ({ node }) => node.reboot(), twice),
  },

  'two coordinators for one node': {
    nodes: 1,
    provoke: (scene) =>
      disturb(scene, async () => {
        const second = await scene.certify({ out: `${scene.directory}/second` }).finished;
        expect(second.exitCode).toBe(3);
        expect(second.stderr).toContain('says: this node is in use by the run');
      }),
  },

  'two names for one machine': {
    nodes: 1,
    provoke: async (scene) => {
      const [{ name }] = scene.nodes;
      const ended = await scene.certify({ rack: [{ name }, { name: 'again', host: name }] }).finished;
      expect(ended.stderr).toContain('1 distinct of 2 planned');
      expect(ended.stderr).not.toContain('✖');
      expectMeasured(scene);
      return found(scene, ended, { node: 'again' });
    },
  },
};

/** The second one completes, and may not stand for both. */
const twice = { entries: [patientHash({ repetitions: 2 }), product, verify], workload: 'sha256' };

interface Disturbed {
  readonly node: RigNode;
  readonly running: Running;
  readonly gate: Gate;
}

/** Does something to the first node while openssl is being timed there, then lets that end. */
async function disturb(
  scene: Scene,
  act: (disturbed: Disturbed) => Promise<void> | void,
  {
    entries = [patientHash(), product, verify],
    workload,
  }: { readonly entries?: readonly object[]; readonly workload?: string } = {},
): Promise<Found> {
  const [node] = scene.nodes;
  const gate = putGatedOpenssl(node);
  const running = scene.certify({ entries });
  await gate.begun();
  await act({ node, running, gate });
  gate.open();
  return found(scene, await running.finished, { workload });
}

const openSocket = ({ address }: RigNode): ReturnType<typeof connect> => connect({ host: address, port: 22 });

/** What was wrapped for a terminal, as it was before. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** A certify in which the connection is lost before the node is open. */
async function whileItProbes(scene: Scene, act: (node: RigNode) => Promise<void> | void): Promise<Found> {
  const [node] = scene.nodes;
  const gate = createGate(node);
  putTool(node, 'lsblk', `${gate.script}; exec /usr/bin/lsblk "$@"`);
  const running = scene.certify();
  await gate.begun();
  await act(node);
  await running.says('reaching for it');
  gate.open();
  return found(scene, await running.finished);
}
