import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { runAssay, writeSuite } from '../support/run-assay.ts';
import { canBuildStandIn } from '../support/stand-ins/build-stand-in.ts';
import type { PlayedMachine } from '../support/stand-ins/play-accelerators.ts';
import { playAccelerators } from '../support/stand-ins/play-accelerators.ts';
import { tell } from '../support/tell.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

// Sums over the accelerators of a node, from the command line to the verdict: driver and NCCL are played by stand-ins that compute.

const addresses = Array.from({ length: 8 }, (_, index) => `0000:0${index + 1}:00.0`);
const params = {
  dtype: 'bf16',
  algorithm: 'auto',
  minBytes: 16384,
  maxBytes: 65536,
  factor: 4,
  iterations: 2,
  joinSeconds: 3,
  callSeconds: 3,
};
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

const folder = mkdtempSync(join(tmpdir(), 'assay-played-'));
let machine: PlayedMachine;

/** Measures a node that claims to be an HGX H100, whose eight accelerators do as the scenario says, and judges it for training. */
async function train(scenario: readonly string[]) {
  const cwd = temporaryDirectory();
  const gpus = addresses.map((address) => `gpu ${address}`);
  writeFileSync(join(folder, 'scenario'), [...gpus, ...scenario, ''].join('\n'));
  rmSync(join(folder, 'scenario.state'), { force: true });
  const { wrapper, path } = machine;
  const suite = writeSuite(
    cwd,
    [{ id: 'all-reduce', workload: 'collective', params, repetitions: 1, budgetSeconds: 300 }],
    { otherWorkAtMost: 1 },
  );
  const inventory = join(cwd, 'rack.yaml');
  const nodes = [{ name: 'gpu1', host: 'local', class: 'hgx-h100-8' }];
  writeFileSync(inventory, JSON.stringify({ schema: 'assay/inventory', schemaVersion: 1, nodes }));
  const run = join(cwd, 'run');
  const began = performance.now();
  const args = ['survey', inventory, '--suite', suite, '--out', run, '--exclusive-confirmed', '--rehearsal'];
  const { stderr } = await runAssay(args, { cwd, wrapper, path });
  expect(stderr).not.toContain('✖');
  const seconds = (performance.now() - began) / 1000;
  await runAssay(['judge', run, '--profile', 'ai-training-multinode'], { cwd });
  const file = join(`${run}.report`, 'verdicts/ai-training-multinode.json');
  const verdict = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  const cells = tell(verdict.cells);
  return {
    seconds,
    cell: (requirement: string) => cells.find(({ id }) => id === `gpu1:${requirement}`),
    speeds: verdict.measurements.filter(({ metric }) => metric === 'collective.busbw'),
  };
}

/** Processes of the program that are still there. */
const left = (): string =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('/nccl cuda '))
    .join('\n');

describe.skipIf(!canBuildStandIn)('sums over eight accelerators that are played', () => {
  // One machine for all: only what it plays changes.
  beforeAll(() => {
    const bus = Object.fromEntries(addresses.map((address) => [address, {}]));
    machine = playAccelerators(folder, { bus, scenario: [], hasDriver: true, libraries: 'nccl' });
  }, 60_000);
  afterAll(() => removeFolder(folder));

  it('are exact, and go the way that NCCL says', async () => {
    const { cell, speeds } = await train([]);
    expect(cell('allreduce-exact')).toMatchObject({ verdict: 'pass' });
    expect(cell('allreduce-transport')).toMatchObject({ verdict: 'pass' });
    expect(speeds.map(({ dimensions }) => dimensions)).toMatchObject([
      { bytes: 16384, ranks: 8, transport: 'P2P', usedAlgorithm: 'NVLS' },
      { bytes: 65536, ranks: 8, transport: 'P2P', usedAlgorithm: 'NVLS' },
    ]);
    // The limit is for another size: nothing of these stands in for it.
    expect(cell('allreduce-node')).toMatchObject({ verdict: 'missing' });
  });

  it('that a rank hangs in fail by our deadline, name it and leave nothing behind', async () => {
    const { cell, seconds } = await train(['nccl-fault hang 3 4']);
    expect(cell('allreduce-exact')).toMatchObject({
      verdict: 'fail',
      owner: 'hardware',
      reason: text(/no answer for 3 s; silent: rank 3 at 0000:04:00\.0/),
    });
    expect(seconds).toBeLessThan(60);
    expect(left()).toBe('');
  });

  it('of which one is wrong once fail', async () => {
    const { cell } = await train(['nccl-fault doubled 2 9']);
    expect(cell('allreduce-exact')).toMatchObject({ verdict: 'fail', owner: 'hardware' });
  });

  it('that go through sockets are a fault of the configuration, and of no hardware', async () => {
    const { cell, speeds } = await train(['nccl-via NET/Socket/0']);
    expect(cell('allreduce-transport')).toMatchObject({ verdict: 'fail', owner: 'configuration' });
    expect(cell('allreduce-exact')).toMatchObject({ verdict: 'pass' });
    expect(cell('allreduce-node')?.verdict).not.toBe('pass');
    expect(speeds[0]?.dimensions).toMatchObject({ transport: 'NET/Socket', gdr: 'none' });
  });
});
