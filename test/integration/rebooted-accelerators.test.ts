import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { findObstacle } from '../rig/check-machine.ts';
import type { Rig } from '../rig/rig.ts';
import { createRig } from '../rig/rig.ts';
import { startAssay, writeSuite } from '../support/run-assay.ts';
import { playOnNode } from '../support/stand-ins/play-accelerators.ts';
import { first, pattern, second } from '../support/stand-ins/survey-played.ts';
import { tell } from '../support/tell.ts';
import { removeFolder } from '../support/temporary.ts';

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

// A node whose cards are played goes down in the middle of a step, with an error that only one of their counters still knows.
let rig: Rig;
let cwd: string;

describe.skipIf(obstacle !== undefined)('a node with accelerators that is rebooted', () => {
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'assay-test-'));
    rig = await createRig({ directory: join(cwd, 'rig'), nodes: 1 });
  }, 60_000);
  afterAll(async () => {
    await rig.remove();
    removeFolder(cwd);
  });

  it('fails for the error from before the boot; the step is lost, and earlier ones stand', async () => {
    const node = rig.node('node1');
    const state = await playOnNode(node, {
      bus: { [first]: {}, [second]: {} },
      scenario: [`gpu ${first}`, `gpu ${second}`],
      hasDriver: true,
    });
    const counted = {
      id: 'errors',
      workload: 'accelerator-health',
      params: {},
      repetitions: 3,
      budgetSeconds: 60,
    };
    const memory = { ...pattern, repetitions: 2, params: { ...pattern.params, seconds: 3 } };
    const suite = writeSuite(cwd, [counted, memory], { otherWorkAtMost: 1 });
    const run = join(cwd, 'run');
    const args = ['certify', rig.files.inventory, '--profile', 'ai-inference', '--suite', suite];
    const running = startAssay([...args, '--out', run, '--rehearsal', '--exclusive-confirmed'], { cwd });
    const isOver = running.finished.then(({ stderr }) => Promise.reject(new Error(stderr)));
    isOver.catch(() => undefined);
    const journal = join(run, 'nodes/node1/journal.ndjson');
    const said = (): string => (existsSync(journal) ? readFileSync(journal, 'utf8') : '');
    const hasBegun = expect
      .poll(() => said().includes('"type":"step-started","step":"r2-memory"'), { timeout: 60_000 })
      .toBe(true);
    await Promise.race([hasBegun, isOver]);
    const before = state.launchesOf(1);
    const isLoaded = expect.poll(() => state.launchesOf(1), { timeout: 30_000 }).toBeGreaterThan(before);
    await Promise.race([isLoaded, isOver]);
    state.raiseError(1);
    await node.reboot();
    const { exitCode, stderr } = await running.finished;
    expect([exitCode, stderr]).toEqual([1, expect.anything()]);

    const executions = [...said().matchAll(/"type":"step-ended","step":"(r\d-\w+)","execution":"([\w-]+)"/g)];
    expect(executions.map(([, step, execution]) => [step, execution])).toEqual([
      ['r1-errors', 'completed'],
      ['r1-memory', 'completed'],
      ['r2-errors', 'completed'],
      ['r2-memory', 'lost'],
      ['r3-errors', 'completed'],
    ]);
    const verdict = Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/ai-inference.json'), 'utf8')),
    );
    const cells = tell(verdict.cells);
    const became = (address: string, requirement: string) =>
      cells.find(({ id }) => id === `node1/GPU-${address}:${requirement}`)?.verdict;
    expect(became(first, 'new-errors')).toBe('pass');
    expect(became(second, 'new-errors')).toBe('fail');
    // One of two repetitions does not stand for both.
    expect(became(first, 'memtest')).toBe('invalid');
  }, 180_000);
});
