import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findObstacle } from '../../rig/check-machine.ts';
import type { Rig } from '../../rig/rig.ts';
import { createRig } from '../../rig/rig.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import { loadFaultTable } from '../../support/fault-table.ts';
import { removeFolder } from '../../support/temporary.ts';
import { coordinatorFaults } from './coordinator-faults.ts';
import { fabricFaults } from './fabric-faults.ts';
import { hostileFaults } from './hostile-faults.ts';
import { nodeFaults } from './node-faults.ts';
import type { NodePool } from './node-pool.ts';
import { createNodePool } from './node-pool.ts';
import { expectNothingLeft, ownProgramsFirst, resetNode } from './node-state.ts';
import { reachFaults } from './reach-faults.ts';
import type { Scenario } from './scene.ts';
import { createScene } from './scene.ts';
import { toolFaults } from './tool-faults.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const table = loadFaultTable();
const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [reachFaults, coordinatorFaults, nodeFaults, toolFaults, fabricFaults, hostileFaults].flatMap((each) =>
    Object.entries(each),
  ),
);

it('has a scenario for every row of the table, and a row for every scenario', () => {
  expect([...scenarios.keys()].toSorted()).toEqual(table.map(({ fault }) => fault).toSorted());
});

describe.skipIf(obstacle !== undefined)('a fault', () => {
  let parent: string;
  let rig: Rig;
  let pool: NodePool;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-faults-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 3, sshdConfig: ownProgramsFirst });
    pool = createNodePool(rig.nodes);
  });

  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
  });

  /** Provokes a fault on nodes that nobody else uses meanwhile; afterwards nothing of it is on them. */
  async function provoke(name: string, { nodes: count, provoke: act }: Scenario): Promise<object> {
    const nodes = await pool.take(count);
    const directory = mkdtempSync(join(parent, 'scene-'));
    try {
      const answer = await act(createScene(rig.directory, nodes as [RigNode, ...RigNode[]], directory)); // at least one
      for (const node of nodes) await expectNothingLeft(node);
      return { fault: name, ...answer };
    } finally {
      for (const node of nodes) await resetNode(node);
      pool.giveBack(nodes);
    }
  }

  for (const { fault, ...row } of table) {
    const scenario = scenarios.get(fault);
    if (scenario === undefined) continue; // told above
    const test = scenario.nodes === 3 ? it : it.concurrent;
    test(fault, { timeout: 180_000 }, async () => {
      expect(await provoke(fault, scenario)).toEqual({ fault, ...row });
    });
  }
});
