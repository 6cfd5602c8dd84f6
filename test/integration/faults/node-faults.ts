import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RigNode } from '../../rig/rig-node.ts';
import { putGatedOpenssl } from './node-state.ts';
import type { Scenario, Scene } from './scene.ts';
import { expectMeasured, found, patientHash, product, verify } from './scene.ts';

/** What can be wrong with a node itself: its disks, its shell, its clock, who else is on it. */
export const nodeFaults: Readonly<Record<string, Scenario>> = {
  'disk of a node full': {
    nodes: 2,
    provoke: (scene) =>
      withoutPlace(scene, async (node, place) => {
        await node.mountSmall(place, 4_194_304);
        await node.fillDisk(place);
      }),
  },

  'disk of a node full in the middle of a run': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await node.mountSmall('/var/tmp', 268_435_456);
      const gate = putGatedOpenssl(node);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      await node.fillDisk('/var/tmp');
      gate.open();
      await running.says('reaching for it');
      await node.freeDisk('/var/tmp');
      return found(scene, await running.finished, { workload: 'sha256' });
    },
  },

  'state directory where nothing can be started (noexec)': {
    nodes: 1,
    provoke: async (scene) => {
      await scene.nodes[0].mountNoexec('/var/tmp');
      return measuredFrom(scene, '/tmp/assay-0');
    },
  },

  'state directory on a network file system': {
    nodes: 1,
    provoke: async (scene) => {
      await scene.nodes[0].mountNetworkLike('/var/tmp');
      return measuredFrom(scene, '/tmp/assay-0');
    },
  },

  'no usable state directory': {
    nodes: 2,
    provoke: (scene) => withoutPlace(scene, (node, place) => node.mountNoexec(place)),
  },

  'login shell that prints': {
    nodes: 1,
    provoke: async (scene) => {
      await scene.nodes[0].writeHome({ '.bashrc': 'echo welcome; echo to this machine >&2\n' });
      return found(scene, await scene.certify().finished);
    },
  },

  'csh as login shell': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await node.loginShell('/bin/csh');
      await node.writeHome({ '.cshrc': `echo welcome; setenv PATH /root/bin:/usr/bin:/bin\n` });
      return found(scene, await scene.certify().finished);
    },
  },

  'clock of a node ten minutes off': {
    nodes: 1,
    provoke: async (scene) => {
      await scene.nodes[0].skewClock(600);
      const ended = await scene.certify().finished;
      return found(scene, ended);
    },
  },

  'node in use by somebody': {
    nodes: 2,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await startMiner(node);
      const first = await scene.certify().finished;
      expect(first.stderr).toContain(`✖ ${node.name}: NODE_OCCUPIED left out: in use by somebody: `);
      expectMeasured(scene, scene.nodes.slice(1));
      const answer = found(scene, first, { workload: 'sha256' });
      const out = join(scene.directory, 'second');
      const second = await scene.certify({ out, args: ['--exclusive-confirmed'] }).finished;
      return { ...answer, exitCode: `${first.exitCode}, then ${second.exitCode}` };
    },
  },

  'all nodes in use by somebody': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await startMiner(node);
      const refused = await scene.certify().finished;
      expect(refused.stderr).toContain(`NODE_OCCUPIED expected idle machines, found ${node.name}: `);
      expect(existsSync(scene.run)).toBe(false);
      return { execution: 'not run', cell: 'none', exitCode: String(refused.exitCode) };
    },
  },
};

async function startMiner(node: RigNode): Promise<void> {
  await node.exec(['sh', '-c', 'cp /bin/sleep /tmp/xmrig; setsid /tmp/xmrig 600 > /dev/null 2>&1 &']);
}

/** Makes both usual places of the agent useless on the first node. */
async function withoutPlace(
  scene: Scene,
  spoil: (node: RigNode, place: string) => Promise<void>,
): ReturnType<Scenario['provoke']> {
  const [node, ...others] = scene.nodes;
  for (const place of ['/var/tmp', '/tmp']) await spoil(node, place);
  const ended = await scene.certify().finished;
  expect(ended.stderr).toContain(`✖ ${node.name}: STATE_DIRECTORY_UNUSABLE`);
  expectMeasured(scene, others);
  return found(scene, ended);
}

/** Measures, and proves that the agent did it from this directory. */
async function measuredFrom(scene: Scene, state: string): ReturnType<Scenario['provoke']> {
  const ended = await scene.certify().finished;
  const { stdout } = await scene.nodes[0].exec(['ls', `${state}/cache`]);
  expect(stdout).not.toBe('');
  return found(scene, ended);
}
