import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { nodeOfCell } from '../../../reports/verdict/algebra.ts';
import type { Cell } from '../../../reports/verdict/cell.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import { isCode } from '../../rig/is-code.ts';
import type { NodeProcess } from '../../rig/node-processes.ts';
import type { RigNode } from '../../rig/rig-node.ts';
import { waitUntil } from '../../rig/wait-until.ts';
import { ownTimeMs, ownTimes } from '../../support/own-time.ts';
import type { Finished } from '../../support/run-assay.ts';
import { expectIdle, putGatedOpenssl } from './node-state.ts';
import type { Found, Scenario, Scene } from './scene.ts';
import { found, kill, patientHash, product, verify } from './scene.ts';

/** What can be wrong with what the nodes do together, and with all of them at once. */
export const fabricFaults: Readonly<Record<string, Scenario>> = {
  'link of one node at 1 Gb/s': {
    nodes: 3,
    provoke: async (scene) => {
      const [node, ...others] = scene.nodes;
      await node.shape('1gbit');
      const running = scene.certify({ profile: 'cpu-cluster', entries: [pairs()] });
      await waitUntil('its rank runs', () => ranksOn(node).length > 0, 60_000);
      for (const each of scene.nodes) await expectNoWayOn(each, scene);
      const ended = await running.finished;
      expectBlamed(scene, [node.name]);
      const [slow = 0, alsoSlow = 0] = others.map((other) => speedOf(scene, [node, other]));
      expect(Math.max(slow, alsoSlow)).toBeLessThanOrEqual(0.125e9); // B/s
      expect(speedOf(scene, others)).toBeGreaterThanOrEqual(1.5 * Math.max(slow, alsoSlow));
      return foundInPairs(scene, ended, 'pair-speed');
    },
  },

  'rank of one node hangs': {
    nodes: 3,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      const changes = { minBytes: 65_536, maxBytes: 65_536, seconds: 2 };
      const running = scene.certify({ profile: 'cpu-cluster', entries: [pairs(changes, 12)] });
      const hanging = stopRanks(node, running.finished);
      const ended = await running.finished;
      await hanging;
      expectBlamed(scene, [node.name]);
      for (const each of scene.nodes) expect(mpiProcesses(each)).toEqual([]);
      return foundInPairs(scene, ended, 'pair-exact');
    },
  },

  'coordinator killed before it is known who is to blame': {
    nodes: 3,
    provoke: async (scene) => {
      const [node] = scene.nodes;
      const { promise: end, resolve } = Promise.withResolvers<undefined>();
      const changes = { minBytes: 65_536, maxBytes: 65_536, seconds: 2 };
      const entry = { id: 'all', across: 'all', repetitions: 1 };
      const running = scene.certify({ profile: 'cpu-cluster', entries: [pairs(changes, 12, entry)] });
      await Promise.all(
        scene.nodes.map((each) => waitUntil('its rank runs', () => ranksOn(each).length > 0, 60_000)),
      );
      const hanging = stopRanks(node, end);
      try {
        await kill(scene, running);
        const stopped = await scene.start('stop', scene.run).finished; // all that was planned has ended then
        const resumed = await scene.start('resume', scene.run).finished;
        expectBlamed(scene, [node.name]);
        return foundIn('group-exact', scene, [stopped, resumed]);
      } finally {
        resolve(undefined);
        await hanging;
      }
    },
  },

  'stop --now while all nodes run': {
    nodes: 3,
    provoke: async (scene) => {
      const gates = scene.nodes.map(putGatedOpenssl);
      const running = scene.certify({ entries: [patientHash(), product, verify] });
      await Promise.all(gates.map((gate) => gate.begun()));
      const begun = performance.now();
      expect((await scene.start('stop', scene.run, '--now').finished).exitCode).toBe(0);
      for (const node of scene.nodes) expectIdle(node);
      const tookMs = performance.now() - begun;
      expect(tookMs).toBeLessThan(10_000 + ownTimes * (await ownTimeMs(scene.directory)));
      const stopped = await running.finished;
      for (const gate of gates) gate.open();
      const resumed = await scene.start('resume', scene.run).finished;
      return found(scene, [stopped, resumed], { workload: 'sha256' });
    },
  },
};

/** Each pair of three nodes once. */
const pairs = (changes: object = {}, budgetSeconds = 60, entry: object = {}): object => ({
  id: 'pairs',
  workload: 'allreduce',
  across: 'pairs',
  params: {
    dtype: 'float32',
    minBytes: 67_108_864, // the size that the profile asks for
    maxBytes: 67_108_864,
    factor: 16,
    seconds: 0.3,
    ...changes,
  },
  repetitions: 3,
  budgetSeconds,
  ...entry,
});

/** The row of the first node in what was measured with it: its steps, and the cells of its pairs. */
function foundInPairs(scene: Scene, ended: Finished, requirement: string): Found {
  const { name } = scene.nodes[0];
  expect(cellsWith(scene, requirement).map(nodeOfCell)).toEqual([name, name]); // its pair with each of two others
  return foundIn(requirement, scene, [ended]);
}

/** The row of the first node in what was measured with it: its steps, and the cells of this requirement. */
function foundIn(requirement: string, scene: Scene, ended: readonly Finished[]): Found {
  const { execution, exitCode } = found(scene, ended, { workload: 'allreduce' });
  const verdicts = cellsWith(scene, requirement).map(({ verdict }) => verdict);
  return { execution, cell: [...new Set(verdicts)].join(', '), exitCode };
}

const cellsWith = (scene: Scene, requirement: string): readonly Cell[] =>
  scene
    .verdict()
    .cells.filter(
      ({ requirement: id, subject }) =>
        id === requirement &&
        (subject.kind === 'group' ||
          (subject.kind === 'pair' && subject.nodes.includes(scene.nodes[0].name))),
    );

function expectBlamed(scene: Scene, nodes: readonly string[]): void {
  const { blames = [], trials = [] } = scene.verdict().block ?? {};
  expect(
    blames.map(({ node }) => node),
    JSON.stringify(trials),
  ).toEqual(nodes);
}

/** Highest bus bandwidth of a pair, in B/s. */
function speedOf(scene: Scene, members: readonly RigNode[]): number {
  const pair = members
    .map(({ name }) => name)
    .toSorted()
    .join('+');
  const own = scene
    .verdict()
    .measurements.filter(
      ({ metric, subject }) => metric === 'allreduce.busBandwidth' && nameOf(subject) === pair,
    );
  return Math.max(...own.map(({ max }) => max));
}

const mpiProcesses = (node: RigNode): readonly NodeProcess[] =>
  node.processes().filter(({ commandLine }) => /^\S*(assay-allreduce|orted|mpirun)( |$)/.test(commandLine));

const ranksOn = (node: RigNode): readonly NodeProcess[] =>
  mpiProcesses(node).filter(({ commandLine }) => /^\S*assay-allreduce /.test(commandLine));

/** From a node nobody could get to another one: there is no ssh client at work, and no private key of ours. */
async function expectNoWayOn(node: RigNode, { directory }: Scene): Promise<void> {
  expect(node.processes().filter(({ commandLine }) => /^\S*ssh /.test(commandLine))).toEqual([]);
  const config = readFileSync(`${directory}/ssh_config`, 'utf8');
  const identity = /IdentityFile (.+)/.exec(config)?.[1] ?? '';
  const secret = readFileSync(identity, 'utf8').split('\n')[3] ?? ''; // the lines before are alike in all keys
  expect(secret).toHaveLength(70);
  const places = ['/root', '/tmp', '/var/tmp', '/run', '/etc/ssh', '/dev/shm'];
  expect(await node.exec(['grep', '-rlF', '-e', secret, ...places])).toMatchObject({
    exitCode: 1,
    stdout: '',
  });
}

/** Stops every rank that starts on a node, until the run has ended. */
async function stopRanks(node: RigNode, end: Promise<unknown>): Promise<void> {
  const isOver = end.then(() => true);
  const pause = (): Promise<boolean> => setTimeout(10).then(() => false);
  do {
    for (const { machinePid } of ranksOn(node)) {
      try {
        process.kill(machinePid, 'SIGSTOP');
      } catch (cause) {
        if (!isCode(cause, 'ESRCH')) throw cause; // it was ended meanwhile
      }
    }
  } while (!(await Promise.race([isOver, pause()])));
}
