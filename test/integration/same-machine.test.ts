import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoordinatorJournal } from '../../harness/store/coordinator-journal.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { nodeOf } from '../../workloads/kit/subject.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import type { RigNode } from '../rig/rig-node.ts';
import type { Finished } from '../support/run-assay.ts';
import { runAssay } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';
import {
  createGate,
  expectNothingLeft,
  ownProgramsFirst,
  putGatedOpenssl,
  resetNode,
} from './faults/node-state.ts';
import type { RackNode, Scene } from './faults/scene.ts';
import { createScene, hash, patientHash, whatBecame } from './faults/scene.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

/** Whoever comes by this port is let in three seconds later. */
const slowPort = 2222;
const sshdLines = [
  ...ownProgramsFirst,
  `Port ${slowPort}`,
  'StrictModes no',
  'AuthorizedKeysFile /var/tmp/keys .ssh/authorized_keys',
];
const slowly = `case $SSH_CONNECTION in *' ${slowPort}') sleep 3 ;; esac\n`;

describe.skipIf(obstacle !== undefined)('a machine with several names', () => {
  let parent: string;
  let rig: Rig;
  let scene: Scene;
  const machine = (): RigNode => scene.nodes[0];
  const other = (): string => rig.nodes[1]?.name ?? '';

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-names-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 2, sshdConfig: sshdLines });
  });
  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
  });

  beforeEach(async () => {
    const directory = mkdtempSync(join(parent, 'scene-'));
    scene = createScene(rig.directory, rig.nodes as [RigNode, ...RigNode[]], directory); // two were made
    await machine().writeHome({ '.ssh/rc': slowly });
    const guest =
      'grep -q ^guest: /etc/passwd || echo guest:x:1500:1500::/tmp:/bin/sh >> /etc/passwd; cp /root/.ssh/authorized_keys /var/tmp/keys; chmod 644 /var/tmp/keys';
    expect((await machine().exec(['sh', '-c', guest])).exitCode).toBe(0);
  });
  afterEach(async () => {
    try {
      for (const node of rig.nodes) await expectNothingLeft(node);
    } finally {
      for (const node of rig.nodes) {
        await resetNode(node);
        await node.sshdConfig(sshdLines);
      }
    }
  });

  const asRoot = (name: string): RackNode => ({ name, host: machine().name });
  const late = (name: string): RackNode => ({ name, host: `root@${machine().name}:${slowPort}` });
  const asGuest = (name: string): RackNode => ({ name, host: `guest@${machine().name}` });
  const knownHosts = (lines: string): string => {
    const { name, address } = machine();
    const key = new RegExp(`^${name},.*? (.*)$`, 'm').exec(lines)?.[1] ?? '';
    return `${lines}[${address}]:${slowPort},[${name}]:${slowPort} ${key}\n`;
  };

  const certify = (...rack: readonly RackNode[]) => scene.certify({ rack, knownHosts, entries: [hash()] });
  const decided = async () => (await CoordinatorJournal.read(await RunDirectory.open(scene.run))).decided;

  /** All of them but the first are missing, and the first and `others` are measured; offline it is the same. */
  async function expectCountedOnce(
    { exitCode, stderr }: Finished,
    [first = '', ...names]: readonly string[],
    others: readonly string[] = [],
  ): Promise<void> {
    expect(exitCode).toBe(2);
    expect(stderr).not.toContain('✖');
    const [count, all] = [1 + others.length, 1 + others.length + names.length];
    expect(stderr).toContain(`machines      ${count} distinct of ${all} planned`);
    const { sameMachine, unreached } = await decided();
    expect([...sameMachine].toSorted()).toEqual(names.map((name) => [name, first]).toSorted());
    expect([...unreached]).toEqual([]);
    const verdict = scene.verdict();
    for (const name of [first, ...others])
      expect(whatBecame(verdict, name, 'sha256')).toEqual({ execution: 'completed', cell: 'pass' });
    for (const name of names) {
      const own = verdict.cells.filter(({ subject }) => nodeOf(subject) === name);
      expect(
        new Set(own.map(({ verdict: word, missing, reason }) => `${word} ${missing}: ${say(reason)}`)),
      ).toEqual(new Set([`missing same-machine: it is the same machine as ${first}`]));
      expect(verdict.attempts.filter(({ node }) => node === name)).toEqual([]);
    }
    const live = readFileSync(join(`${scene.run}.report`, 'verdicts/survey.json'), 'utf8');
    const judged = await runAssay(['judge', scene.run, '--profile', 'survey'], { cwd: scene.directory });
    expect(judged.exitCode).toBe(2);
    expect(readFileSync(join(`${scene.run}.report`, 'verdicts/survey.json'), 'utf8')).toBe(live);
  }

  it('of one user is measured under the first, and the others of the block go on', async () => {
    const ended = await certify(asRoot('first'), late('second'), { name: other() }).finished;
    await expectCountedOnce(ended, ['first', 'second'], [other()]);
  });

  it('is measured under the first also when the second was there before it', async () => {
    const ended = await certify(late('first'), asRoot('second')).finished;
    await expectCountedOnce(ended, ['first', 'second']);
  });

  it('of two users is measured under the first, whoever comes first', async () => {
    const ended = await certify(late('first'), asGuest('second')).finished;
    await expectCountedOnce(ended, ['first', 'second']);
  });

  it('of two users who come at the same time is measured under the first', async () => {
    const ended = await certify(asGuest('first'), asRoot('second'), { name: other() }).finished;
    await expectCountedOnce(ended, ['first', 'second'], [other()]);
  });

  it('that has three is measured under the first', async () => {
    const ended = await certify(late('first'), asGuest('second'), asRoot('third')).finished;
    await expectCountedOnce(ended, ['first', 'second', 'third']);
  });

  describe('whose second name was there first, after the coordinator was killed', () => {
    beforeEach(async () => {
      const gate = putGatedOpenssl(machine());
      const rack = [late('first'), asRoot('second')];
      const running = scene.certify({ rack, knownHosts, entries: [patientHash()] });
      await gate.begun();
      running.signal('SIGKILL');
      await running.finished;
    });

    it('is picked up under the first', async () => {
      createGate(machine()).open();
      const resumed = await scene.start('resume', scene.run).finished;
      expect(resumed.stderr).not.toContain('✖');
      expect([...(await decided()).sameMachine]).toEqual([['second', 'first']]);
      expect(whatBecame(scene.verdict(), 'second')).toEqual({ execution: 'not run', cell: 'missing' });
      expect(whatBecame(scene.verdict(), 'first', 'sha256')).toEqual({
        execution: 'completed',
        cell: 'pass',
      });
      expect(resumed.exitCode).toBe(2);
    });

    it('is stopped under the first', async () => {
      const stopped = await scene.start('stop', scene.run, '--now', '--abandon').finished;
      expect([stopped.exitCode, stopped.stderr]).toEqual([0, 'Stopped, and removed from the nodes.\n']);
    });
  });

  it('is picked up under the first after an interruption between the decision and its end', async () => {
    const running = certify(late('first'), asGuest('second'));
    await running.says('distinct of 2 planned');
    running.signal('SIGKILL');
    await running.finished;
    const resumed = await scene.start('resume', scene.run).finished;
    expect(resumed.stderr).not.toContain('✖');
    expect([...(await decided()).sameMachine]).toEqual([['second', 'first']]);
    expect(whatBecame(scene.verdict(), 'first', 'sha256')).toEqual({ execution: 'completed', cell: 'pass' });
    expect(resumed.exitCode).toBe(2);
  });
});
