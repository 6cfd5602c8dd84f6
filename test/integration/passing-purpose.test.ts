import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { checkOutPlayed, playedName } from '../support/passing/checkout.ts';
import { inventoryOf, manifestOf, playHealthy, sshdConfig } from '../support/passing/node.ts';
import { requirementIds } from '../support/passing/purpose.ts';
import { entries, entriesBetween } from '../support/passing/suite.ts';
import { runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { canBuildStandIn } from '../support/stand-ins/build-stand-in.ts';
import { tell } from '../support/tell.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

// That machines can pass: with the requirements of shipped purposes, each of them, from SSH to the report. What plays the accelerators
// and their network is healthy, computes small products, and is soaked for half a minute. One run is judged for both.

const [multinode, singlenode] = ['ai-training-multinode', 'ai-training-singlenode'] as const;
const shippedIds = (name: string): readonly string[] =>
  requirementIds(
    readFileSync(fileURLToPath(new URL(`../../harness/profiles/${name}.yaml`, import.meta.url)), 'utf8'),
  );

/** The cells of a verdict in words. */
const cellsOf = (run: string, name: string) =>
  tell(
    Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, `verdicts/${playedName(name)}.json`), 'utf8')),
    ).cells,
  );

/** What stands against a run of a purpose that asks all that the shipped one asks. */
function unmetBy(run: string, name: string) {
  const cells = cellsOf(run, name);
  expect(new Set(cells.map(({ requirement }) => requirement))).toEqual(new Set(shippedIds(name)));
  return cells
    .filter(({ level, verdict }) => level === 'required' && verdict !== 'pass')
    .map(({ id, verdict, reason }) => [id, verdict, reason]);
}

const isPossible = obstacle === undefined && canBuildStandIn;
describe.skipIf(!isPossible)('two healthy nodes of eight accelerators and eight rails', () => {
  let parent: string;
  let rig: Rig;
  let bin: string;
  let inventory: string;
  /** Of all that nodes of a rig have to themselves, nothing is seen by another; this is. */
  let meeting: string;
  const rehearsal = ['--rehearsal', '--exclusive-confirmed'];

  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), 'assay-passing-'));
    meeting = mkdtempSync('/srv/assay-meeting-');
    rig = await createRig({ directory: join(parent, 'rig'), nodes: 2, sshdConfig });
    for (const node of rig.nodes) await playHealthy(node, meeting);
    bin = checkOutPlayed(join(parent, 'checkout'), [multinode, singlenode]);
    inventory = join(parent, 'rack.yaml');
    writeFileSync(join(parent, 'manifest.csv'), manifestOf(rig.nodes.map(({ name }) => name)));
    writeFileSync(inventory, await inventoryOf(rig, parent));
  }, 120_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(parent);
    removeFolder(meeting);
  });

  it('pass purposes with the requirements of ai-training-multinode and ai-training-singlenode', async () => {
    const run = join(parent, 'run');
    // Nodes of one machine are each other's neighbours.
    const suite = writeSuite(parent, [...entries, ...entriesBetween], {
      watchSeconds: 1,
      otherWorkAtMost: 1,
    });
    const args = ['certify', inventory, '--profile', playedName(multinode), '--suite', suite];
    const first = await runAssay([...args, '--soak', '30s', '--out', run, ...rehearsal], {
      cwd: parent,
      bin,
    });
    expect(first.stderr).not.toContain('✖');
    // The boot is still to come.
    expect(first.exitCode).toBe(2);
    const again = startAssay(['certify', '--session', 'after-boot', run, '--exclusive-confirmed'], {
      cwd: parent,
      bin,
    });
    for (const { name } of rig.nodes) await again.says(`${name}: waiting for it to be rebooted`);
    for (const node of rig.nodes) await node.reboot();
    const { exitCode, stdout } = await again.finished;
    // A rehearsal never says yes.
    expect(exitCode).toBe(2);
    expect(unmetBy(run, multinode)).toEqual([]);
    expect(stdout).toContain('REHEARSAL – BLOCK: CONFORMS');
    const judged = ['judge', run, '--profile', playedName(singlenode)];
    expect((await runAssay(judged, { cwd: parent, bin })).exitCode).toBe(2);
    expect(unmetBy(run, singlenode)).toEqual([]);
    expect(cellsOf(run, singlenode).filter(({ requirement }) => requirement === 'gemm-bf16')).toHaveLength(
      16,
    );
  }, 500_000);

  it('are not taken for broken where NCCL goes by a tree', async () => {
    const entry = entriesBetween.find((each) => 'id' in each && each.id === 'all-reduce-pairs-ring') as {
      readonly params: object;
    };
    const pairs = [{ ...entry, id: 'all-reduce-pairs', params: { ...entry.params, algorithm: 'auto' } }];
    const suite = writeSuite(parent, pairs, { watchSeconds: 1, otherWorkAtMost: 1 });
    const run = join(parent, 'tree');
    const args = ['certify', inventory, '--profile', playedName(multinode), '--suite', suite];
    await runAssay([...args, '--out', run, ...rehearsal], { cwd: parent, bin });
    const judged = Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, `verdicts/${playedName(multinode)}.json`), 'utf8')),
    );
    const wire = judged.measurements.find(({ metric }) => metric === 'collective.wireShare');
    // Up or down a tree of two nodes goes a vector once, and by rings twice less an eighth: neither is held against the other.
    expect(wire?.dimensions).toMatchObject({ algorithm: 'auto', ranks: 16 });
    const cells = cellsOf(run, multinode).filter(({ id }) => id.startsWith('node1+node2:allreduce-'));
    expect(Object.fromEntries(cells.map(({ requirement, verdict }) => [requirement, verdict]))).toEqual({
      // Its limits are for rings, and for nothing else.
      'allreduce-pair': 'missing',
      'allreduce-pair-exact': 'pass',
      'allreduce-pair-transport': 'pass',
      'allreduce-wire': 'pass',
      'allreduce-rails': 'pass',
      'allreduce-rails-used': 'pass',
    });
  }, 200_000);

  it('fail where three of eight rails are dead, however fast their sums are', async () => {
    for (const { site } of rig.nodes)
      appendFileSync(join(site.directory, 'root/played/scenario'), 'nccl-dead 3\n');
    const recorder = entries.filter((entry) => 'id' in entry && entry.id === 'accelerator-record');
    const pairs = entriesBetween.filter((entry) => 'across' in entry && entry.across === 'pairs');
    const suite = writeSuite(parent, [...recorder, ...pairs], { watchSeconds: 1, otherWorkAtMost: 1 });
    const run = join(parent, 'dead');
    const args = ['certify', inventory, '--profile', playedName(multinode), '--suite', suite];
    await runAssay([...args, '--out', run, ...rehearsal], { cwd: parent, bin });
    const cells = cellsOf(run, multinode);
    const told = (requirement: string) => {
      const { verdict, reason } = cells.find(({ id }) => id === `node1+node2:${requirement}`) ?? {};
      return [verdict, reason];
    };
    expect(told('allreduce-pair')[0]).toBe('pass');
    expect(told('allreduce-wire')[0]).toBe('pass');
    expect(told('allreduce-rails')).toEqual([
      'fail',
      expect.stringMatching(/mlx5_5:1 carried 0 % of its share/),
    ]);
    expect(told('allreduce-rails-used')).toEqual([
      'fail',
      expect.stringMatching(/as good as idle: mlx5_5:1, mlx5_6:1, mlx5_7:1/),
    ]);
    // Who is to blame was looked for with each node alone, and what records its accelerators went on beside it.
    const added = readFileSync(join(run, 'coordinator.ndjson'), 'utf8').match(/"d\d+-[^"]*-beside"/g) ?? [];
    expect(added.length).toBeGreaterThan(0);
    const journals = rig.nodes.map(({ name }) =>
      readFileSync(join(run, 'nodes', name, 'journal.ndjson'), 'utf8'),
    );
    for (const name of added) expect(journals.some((text) => text.includes(`"step":${name}`))).toBe(true);
    const faults = cells.filter(({ requirement }) => requirement === 'new-faults');
    expect(faults.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 16 }, () => 'pass'));
  }, 200_000);
});
