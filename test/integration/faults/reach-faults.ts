import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { killAgent, ownProgramsFirst, putGatedOpenssl } from './node-state.ts';
import type { Scenario, Scene } from './scene.ts';
import { conclude, whatBecame } from './scene.ts';
import { waitUntil } from '../../rig/wait-until.ts';

/** What can go wrong between the coordinator and a node. */
export const reachFaults: Readonly<Record<string, Scenario>> = {
  none: {
    nodes: 3,
    provoke: async (scene) => {
      const { stderr } = await scene.certify().finished;
      expect(stderr).not.toMatch(/[✖]|reaching/);
      for (const { name } of scene.nodes) expectMeasured(scene, name);
      return conclude(scene, scene.certify({}));
    },
  },

  'black hole for longer than the keepalive': {
    nodes: 1,
    timeoutMs: 240_000,
    provoke: (scene) =>
      duringStep(scene, async (reaches, open) => {
        const [node] = scene.nodes;
        await node.blackHole(true);
        await reaches(120_000);
        open();
        await node.blackHole(false);
      }),
  },
};
