import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { samplesPath } from '../../../reports/verdict/samples.ts';
import { runProgram } from '../../rig/run-program.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import type { Running } from '../../support/run-assay.ts';
import { createGate, putGatedOpenssl, putTool } from './node-state.ts';
import type { Found, Scenario, Scene } from './scene.ts';
import { found, kill, patientHash, product, verify } from './scene.ts';

/** What can happen to the coordinator: it is killed wherever it stands, and its disk is full. */
export const coordinatorFaults: Readonly<Record<string, Scenario>> = {
  'coordinator killed while it pushes the agent': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await node.exec(['rm', '-rf', '/var/tmp/assay-0']);
      const running = scene.certify();
      const script = 'until ls /var/tmp/assay-0/cache/.push-*/node; do sleep 0.01; done';
      expect((await node.exec(['sh', '-c', script])).exitCode).toBe(0);
      return killAndResume(scene, running);
    },
  },

  'coordinator killed while it probes': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      const gate = createGate(node);
      putTool(node, 'lsblk', `${gate.script}; exec /usr/bin/lsblk "$@"`);
      const running = scene.certify();
      await gate.begun();
      return killAndResume(scene, running, gate.open);
    },
  },

  'coordinator killed in the middle of a step': {
    nodes: 1,
    provoke: async (scene) => {
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      return killAndResume(scene, running, gate.open);
    },
  },

  'coordinator killed between two steps': {
    nodes: 1,
    provoke: async (scene) => {
      const running = scene.certify();
      await running.says('[2/3]'); // the evidence of the first is here
      return killAndResume(scene, running);
    },
  },

  'coordinator killed, then stop --now': {
    nodes: 1,
    provoke: async (scene) => {
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [product, verify, patientHash()] });
      await gate.begun();
      await kill(scene, running);
      const stopped = await scene.start('stop', scene.run, '--now').finished;
      gate.open();
      const resumed = await scene.start('resume', scene.run).finished;
      return found(scene, [stopped, resumed], { workload: 'sha256' });
    },
  },

  'terminal of the coordinator closed': {
    nodes: 1,
    provoke: async (scene) => {
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      running.signal('SIGHUP');
      running.signal('SIGHUP');
      const first = await running.finished;
      expect(first.stderr).toContain('Continue with: assay resume');
      gate.open();
      return found(scene, [first, await scene.start('resume', scene.run).finished]);
    },
  },

  'two coordinators for one run': {
    nodes: 1,
    provoke: async (scene) => {
      const gate = putGatedOpenssl(scene.nodes[0]);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await gate.begun();
      const second = await scene.start('resume', scene.run).finished;
      expect(second.stderr).toContain('✖ LEASE_HELD');
      expect(second.exitCode).toBe(3);
      gate.open();
      const first = await running.finished;
      expect(first.stderr).not.toContain('✖');
      return found(scene, first);
    },
  },

  'coordinator killed while it judges': {
    nodes: 1,
    provoke: async (scene) => {
      const running = scene.certify();
      const samples = join(`${scene.run}.report`, samplesPath(scene.nodes[0].name));
      await waitUntil('the samples are written', () => existsSync(samples), 60_000);
      return killAndResume(scene, running);
    },
  },

  'disk of the coordinator full': {
    nodes: 1,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      await runProgram(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', scene.directory]);
      try {
        const gate = putGatedOpenssl(node);
        const running = scene.certify({ entries: [patientHash(), product, verify] });
        await gate.begun();
        const fill = join(scene.directory, 'fill');
        await expect(runProgram(['dd', 'if=/dev/zero', `of=${fill}`, 'bs=64K'])).rejects.toThrow('No space');
        gate.open();
        const first = await running.finished;
        expect(first.stderr).toContain('DISK_FULL');
        await rm(fill);
        return found(scene, [first, await scene.start('resume', scene.run).finished]);
      } finally {
        await runProgram(['umount', scene.directory]);
      }
    },
  },
};

/** Kills the coordinator, lets the node go on, and picks the run up again. */
async function killAndResume(
  scene: Scene,
  running: Running,
  open: () => void = () => undefined,
): Promise<Found> {
  await kill(scene, running);
  open();
  return found(scene, await scene.start('resume', scene.run).finished);
}
