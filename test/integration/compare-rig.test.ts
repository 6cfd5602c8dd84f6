import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Comparison } from '../../reports/verdict/comparison.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { certifyPairs } from '../support/certify-pairs.ts';
import { runAssay } from '../support/run-assay.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

describe.skipIf(obstacle !== undefined)('one certificate before and one after, of real runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-compare-rig-'));
  let rig: Rig;

  beforeAll(async () => {
    const shape = { node1: '2gbit', node2: '2gbit', node3: '2gbit' };
    rig = await createRig({ directory: join(folder, 'rig'), nodes: 3, shape });
  }, 120_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(folder);
  });

  it('decides nothing by one session a side, also of the node whose link is half as fast', async () => {
    await certifyPairs(rig, { folder, run: 'before', repetitions: 3 });
    await rig.node('node3').shape('1gbit');
    await certifyPairs(rig, { folder, run: 'after', repetitions: 3 });
    const { exitCode, stdout } = await runAssay(['compare', 'before', 'after', '--out', 'compared'], {
      cwd: folder,
    });
    expect(exitCode).toBe(2);
    expect(stdout).toContain('one session (1 before, 1 after; an interval needs 3 a side)');
    const { conclusion, assets, rows } = Comparison.parse(
      JSON.parse(readFileSync(join(folder, 'compared', 'comparison.json'), 'utf8')),
    );
    expect(conclusion).toBe('undecided');
    // By pairs alone no machine has an outcome of its own, and none is to blame.
    expect(assets.map(({ after, outcome, pairs }) => [after?.node, outcome, pairs])).toEqual(
      ['node1', 'node2', 'node3'].map((node) => [node, undefined, undefined]),
    );
    const pairs = rows.filter(({ metric }) => metric === 'allreduce.busBandwidth');
    expect(pairs).toHaveLength(3);
    for (const { outcome, ratio, reason, before, after } of pairs) {
      expect({ outcome, ratio, reason }).toEqual({
        outcome: 'undecided',
        ratio: undefined,
        reason: { say: 'few-sessions', before: 1, after: 1, needed: 3 },
      });
      expect([before?.sessions.length, after?.sessions.length]).toEqual([1, 1]);
    }
  }, 300_000);
});
