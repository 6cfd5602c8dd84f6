import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOf } from '../../workloads/kit/subject.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { waitUntil } from '../rig/wait-until.ts';
import { startAssay, writeSuite } from '../support/run-assay.ts';
import type { Played } from '../support/soak-scene.ts';
import { cellOf, ownCompilerFirst, playSoak, readVerdict } from '../support/soak-scene.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

const hour = { soak: true, repetitions: 1, budgetSeconds: 3900 };
const entries = [
  {
    id: 'hash',
    workload: 'sha256',
    params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
    repetitions: 1,
    budgetSeconds: 120,
  },
  {
    ...hour,
    id: 'soak-matmul',
    workload: 'matmul',
    tool: 'openblas',
    // A small part of each window, so that four nodes on a loaded machine have time to do it.
    params: { dtype: 'fp32', size: 256, cores: 'one', seconds: 1000 },
  },
  {
    ...hour,
    id: 'soak-memory',
    workload: 'memory',
    tool: 'triad',
    params: { target: 'host', bytes: 16_777_216, seconds: 400, cores: 'one' },
  },
  {
    ...hour,
    id: 'soak-verify',
    workload: 'nvme',
    params: {
      pattern: 'verify',
      blockBytes: 65536,
      queueDepth: 4,
      jobs: 1,
      fileBytes: 16_777_216,
      seconds: 1000,
    },
  },
  {
    ...hour,
    id: 'soak-allreduce',
    workload: 'allreduce',
    across: 'pairs',
    params: { dtype: 'float32', minBytes: 65_536, maxBytes: 65_536, factor: 2, seconds: 1000 },
  },
];

describe.skipIf(obstacle !== undefined)('a soak of a minute and a half on four nodes', () => {
  let parent: string;
  let rig: Rig;
  let played: Played;

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-soak-'));
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 4, sshdConfig: ownCompilerFirst });
    played = await playSoak({ rig, directory: parent, suite: writeSuite(parent, entries), soak: '90s' });
  }, 600_000);

  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
  });

  it('survives the loss of its coordinator', () => {
    const { verdict, ended } = played;
    expect(ended.stderr).not.toContain('✖');
    expect(verdict.rehearsal).toBe(true);
    expect(ended.exitCode).not.toBe(0);
    for (const node of ['node1', 'node4']) {
      expect(cellOf(verdict, node, 'sustained-load')).toBe(
        'pass: 9 of 9 windows of 10.0 s without a failure',
      );
      expect(cellOf(verdict, node, 'soak-exact')).toMatch(/^pass: .* the same in 9 of 9 windows$/);
    }
  });

  it('tells the node that was rebooted, with the window', () => {
    expect(cellOf(played.verdict, 'node2', 'sustained-load')).toMatch(
      /^fail: in window [3-9] of 9: lost: the node was rebooted while the step ran \(w[3-9]-/,
    );
    // What the windows that it went through have computed was the same.
    expect(cellOf(played.verdict, 'node2', 'soak-exact')).not.toMatch(/^(pass|fail)/);
  });

  it('tells the node of which one bit flipped below every bound, with the window', () => {
    expect(cellOf(played.verdict, 'node3', 'soak-exact')).toMatch(
      /^fail: .*: window 2 of 9 differs from the others$/,
    );
    expect(cellOf(played.verdict, 'node3', 'sustained-load')).toMatch(/^pass/);
    expect(cellOf(played.verdict, 'node3', 'matmul-exact')).toMatch(/^pass/);
  });

  it('has pairs at work beside all else in each window, and blames nobody for a launch that was lost with its coordinator', () => {
    const { attempts, block, cells } = played.verdict;
    const ofPair = attempts.filter(({ step }) => /^w[1-9]-soak-allreduce-1$/.test(step));
    expect(new Set(ofPair.map(({ step }) => step)).size).toBe(9);
    const led = ofPair.filter(({ node, execution }) => node === 'node1' && execution === 'completed');
    expect(led.length).toBeGreaterThanOrEqual(2);
    expect(block?.trials.filter(({ outcome }) => outcome === 'bad')).toEqual([]);
    expect(block?.blames).toEqual([]);
    const pair = cells.filter(({ requirement }) => requirement === 'pair-exact');
    expect(pair.find(({ subject }) => nameOf(subject) === 'node1+node4')?.verdict).toBe('pass');
  });

  it('counts one failure of four nodes, each until its first', () => {
    const { soak } = played.verdict;
    expect(soak).toMatchObject({ windows: 9, nodes: 4 });
    expect(soak?.failures.map(({ node }) => node)).toEqual(['node2']);
  });

  it('is gone on with behind a boot that is waited for, also after an interruption, on a machine that holds nothing of it', async () => {
    const [first, ...others] = rig.nodes;
    for (const node of others) await node.reboot();
    const running = startAssay(['certify', '--session', 'after-boot', played.run, '--exclusive-confirmed'], {
      cwd: parent,
    });
    await running.says('node1: waiting for it to be rebooted');
    running.signal('SIGINT');
    await running.finished;
    const again = startAssay(['resume', played.run, '--exclusive-confirmed'], { cwd: parent });
    await again.says('node1: waiting for it to be rebooted');
    await first?.reboot();
    const ended = await again.finished;
    expect(ended.stderr).not.toContain('✖');
    const { attempts, nodes } = readVerdict(played.run);
    const behind = attempts.filter(({ step }) => step.startsWith('s3-'));
    expect(behind.map(({ node, execution }) => [node, execution])).toEqual(
      rig.nodes.map(({ name }) => [name, 'completed']),
    );
    expect(nodes.map(({ restarts = [] }) => restarts.at(-1)?.rebooted)).toEqual([true, true, true, true]);
    const judged = await startAssay(['judge', played.run, '--profile', 'cpu-cluster'], { cwd: parent })
      .finished;
    expect(judged.stderr).not.toContain('EVIDENCE_DAMAGED');
  }, 300_000);

  it('measures what a repair touches, on its node behind a boot and on no other', async () => {
    const [first] = rig.nodes;
    const refused = await startAssay(['certify', '--repair', 'node9=cpu', played.run], { cwd: parent })
      .finished;
    expect(refused).toMatchObject({
      exitCode: 64,
      stderr: expect.stringMatching(/--repair: expected a node of the run, got `node9`/) as string,
    });
    const running = startAssay(['certify', '--repair', 'node1=cpu', played.run, '--exclusive-confirmed'], {
      cwd: parent,
    });
    await running.says('node1: waiting for it to be rebooted');
    await first?.reboot();
    // The soak that it voids is run again; how it goes on is as for the first one.
    const begun = (): boolean =>
      readFileSync(join(played.run, 'nodes/node1/journal.ndjson'), 'utf8').includes(
        '"type":"step-started","step":"s4-w2-soak-matmul"',
      );
    await waitUntil('node1 is soaked again', begun, 120_000);
    running.signal('SIGINT');
    expect((await running.finished).stderr).not.toContain('✖ node1');
    const judged = await startAssay(['judge', played.run, '--profile', 'cpu-cluster'], { cwd: parent })
      .finished;
    expect(judged.stderr).not.toContain('EVIDENCE_DAMAGED');
    const { attempts } = readVerdict(played.run);
    const again = attempts.filter(({ step }) => /^s[45]-/.test(step));
    expect(new Set(again.map(({ node }) => node))).toEqual(new Set(['node1']));
    const done = again.filter(({ execution }) => execution === 'completed').map(({ step }) => step);
    expect(done).toEqual(expect.arrayContaining(['s4-r1-hash', 's4-w1-soak-matmul']));
    expect(again.map(({ step }) => step)).toContain('s5-r1-hash');
    expect(again.map(({ step }) => step).filter((step) => step.includes('allreduce'))).toEqual([]);
    // Nothing of the first soak stands in for it.
    expect(cellOf(readVerdict(played.run), 'node1', 'sustained-load')).toMatch(/^(missing|invalid): /);
  }, 300_000);
});
