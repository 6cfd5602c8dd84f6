import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { clientFilesOf } from '../../rig/client-files.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import { putGatedOpenssl, runsMarked } from './node-state.ts';
import type { Scenario, Scene } from './scene.ts';
import { found } from './scene.ts';

/** What can be wrong between the nodes, or stops them all. */
export const fabricFaults: Readonly<Record<string, Scenario>> = {
  'link of one node at 1 Gb/s': {
    nodes: 3,
    provoke: async (scene) => {
      const [node, ...others] = scene.nodes;
      await node.shape('1gbit');
      const running = scene.certify({ profile: 'cpu-cluster', entries: [pairs] });
      await Promise.all(scene.nodes.slice(0, 2).map(runsRank));
      for (const each of scene.nodes) await expectNoWayOn(scene, each);
      const ended = await running.finished;
      const { block, measurements } = scene.verdict();
      expect(block?.blames.map(({ node: blamed }) => blamed)).toEqual([node.name]);
      const speedOf = (members: readonly RigNode[]): number => {
        const names = members.map(({ name }) => name).toSorted();
        const own = measurements.filter(
          ({ metric, subject }) =>
            metric === 'allreduce.busBandwidth' && names.every((name) => subject.includes(name)),
        );
        return Math.max(...own.map(({ max }) => max));
      };
      const [slow, alsoSlow] = others.map((other) => speedOf([node, other]));
      expect(Math.max(slow ?? 0, alsoSlow ?? 0)).toBeLessThanOrEqual(0.125e9); // B/s
      expect(speedOf(others)).toBeGreaterThanOrEqual(1.5 * Math.max(slow ?? 0, alsoSlow ?? 0));
      return pairsOf(scene, ended, 'pair-speed');
    },
  },
};

const pairs = {
  id: 'pairs',
  workload: 'allreduce',
  across: 'pairs',
  params: { dtype: 'float32', minBytes: 67_108_864, maxBytes: 67_108_864, factor: 16, seconds: 0.5 },
  repetitions: 3,
  budgetSeconds: 60,
};
