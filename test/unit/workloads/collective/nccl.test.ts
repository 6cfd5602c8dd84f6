import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nccl } from '../../../../workloads/collective/tools/nccl.ts';
import type { CollectiveParams } from '../../../../workloads/collective/workload.ts';
import { valueOf } from '../../../../workloads/kit/facts/fact.ts';
import type { CommandOutput, StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { buildNccl, buildStandIn, canBuildStandIn } from '../../../support/stand-ins/build-stand-in.ts';
import { removeFolder } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const [first, second] = ['0000:01:00.0', '0000:02:00.0'] as const;
const { facts: whole } = loadCase('collective', 'nccl-2.25.1-ring');
const params: CollectiveParams = {
  collective: 'allReduce',
  span: 'node',
  dtype: 'bf16',
  algorithm: 'ring',
  minBytes: 16384,
  maxBytes: 65536,
  factor: 4,
  iterations: 2,
  joinSeconds: 2,
  callSeconds: 2,
};

const folder = mkdtempSync(join(tmpdir(), 'assay-nccl-'));
afterAll(() => removeFolder(folder));
const good = join(folder, 'good');
beforeAll(() => {
  if (!canBuildStandIn) return;
  buildStandIn(good);
  buildNccl(good);
  const [build] = nccl.plan(params, whole);
  const output = run(build?.file ?? '', build?.args ?? [], {});
  expect(output).toMatchObject({ stderr: '', exitCode: 0 });
});

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): CommandOutput {
  const fill = (text: string): string => text.replaceAll('{build}', folder).replaceAll('{bundle}', root);
  const all = Object.entries({ PATH: process.env['PATH'] ?? '', ...env });
  const { stdout, stderr, status } = spawnSync(fill(file), args.map(fill), {
    env: Object.fromEntries(all.map(([name, value]) => [name, fill(value)])),
    encoding: 'utf8',
  });
  return { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 };
}

/** Runs the planned step on stand-ins of two devices and reads it. */
function measure(
  scenario: readonly string[],
  { libraries = good, changes = {} }: { libraries?: string; changes?: Partial<CollectiveParams> } = {},
) {
  const asked = { ...params, ...changes };
  const file = join(mkdtempSync(join(folder, 'step-')), 'scenario');
  writeFileSync(file, [`gpu ${first}`, `gpu ${second}`, ...scenario, ''].join('\n'));
  const planned = nccl.plan(asked, whole).find(({ id }) => id === 'run');
  const env = { ...planned?.env, ASSAY_STAND_IN: file, LD_LIBRARY_PATH: `${libraries}:${good}` };
  const output = run(planned?.file ?? '', planned?.args ?? [], env);
  const artifacts = Object.fromEntries(
    (planned?.artifacts ?? []).flatMap((path) => {
      const name = path.replace('{build}/', '');
      try {
        return [[name, readFileSync(join(folder, name), 'utf8')]];
      } catch {
        return []; // a rank that did not come so far
      }
    }),
  );
  const outputs: StepOutputs = { build: { ...output, exitCode: 0 }, run: { ...output, artifacts } };
  const read = nccl.parse(outputs, asked);
  if (!read.ok) throw new Error(`${read.error}: ${output.stdout}`);
  return read.value;
}
const wrongOf = (step: ReturnType<typeof measure>) =>
  step.readings.filter(({ metric }) => metric === 'wrongElements').map(({ value }) => value);
const whyOf = (step: ReturnType<typeof measure>) => step.unmeasured?.map(({ why }) => why);
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe.skipIf(!canBuildStandIn)('sums over devices, on stand-ins for driver and NCCL', () => {
  it.each(['fp32', 'bf16'] as const)('are right and timed in %s', (dtype) => {
    const step = measure([], { changes: { dtype } });
    expect(wrongOf(step)).toEqual([0, 0]);
    const speeds = step.readings.filter(({ metric }) => metric === 'busbw');
    expect(speeds.map(({ invalid }) => invalid)).toEqual([undefined, undefined]);
    expect(speeds[1]?.dimensions).toMatchObject({ transport: 'P2P', usedAlgorithm: 'Ring', bytes: 65536 });
    expect(speeds[1]?.value).toBeGreaterThan(0);
    expect(step.readings.every(({ isStandIn }) => isStandIn === true)).toBe(true);
  });

  it.each([
    'lost',
    'doubled',
    'swapped',
  ])('are wrong where what a rank gives is %s once, even in a warm-up', (fault) => {
    const [wrong = 0, others] = wrongOf(measure([`nccl-fault ${fault} 1 3`]));
    expect(wrong).toBeGreaterThan(0.35 * 2 * 8192);
    expect(others).toBe(0);
  });

  it('have a speed of no known way where NCCL says another one than is known', () => {
    const step = measure(['nccl-via P2P/QUANTUM']);
    const speeds = step.readings.filter(({ metric }) => metric !== 'wrongElements');
    expect(speeds.map(({ invalid }) => invalid)).toEqual(
      speeds.map(() => text(/transport not known: .*`P2P\/QUANTUM`/)),
    );
    expect(wrongOf(step)).toEqual([0, 0]);
  });

  it('end at the deadline of a rank that never joins, which is named and gone', () => {
    const began = performance.now();
    const why = whyOf(measure(['nccl-fault absent 1 0']));
    expect(why).toEqual([
      text(
        /joining the communicator: no answer for 2 s; silent: rank 1 at 0000:02:00\.0 \(joining the communicator\)/,
      ),
    ]);
    expect(performance.now() - began).toBeLessThan(12_000);
  }, 20_000);

  it.each(['hang', 'stuck'])('fail at the deadline of a rank that hangs in the middle (%s)', (fault) => {
    const step = measure([`nccl-fault ${fault} 1 4`]);
    expect(step.readings).toMatchObject([
      { metric: 'wrongElements', value: 1, dimensions: { error: text(/silent: rank 1 at 0000:02:00\.0/) } },
    ]);
  }, 20_000);

  it('end with a rank whose device is lost, in the words of its driver', () => {
    const step = measure(['lost 9']);
    expect(step.readings).toMatchObject([
      {
        metric: 'wrongElements',
        value: 1,
        dimensions: { error: text(/0000:02:00\.0: .*CUDA_ERROR_UNKNOWN/) },
      },
    ]);
    expect(step.readings[0]?.dimensions['error']).toMatch(/rank 1 at 0000:02:00\.0 ended in the collectives/);
  });

  it('are not tried with an NCCL that cannot be given a deadline, or lacks what is needed', () => {
    expect(whyOf(measure(['nccl-version 21212']))).toEqual([
      text(/expected NCCL 2\.14 or newer.* got 21212/),
    ]);
    const lacking = join(folder, 'lacking');
    buildNccl(lacking, { lacks: 'ncclCommFinalize' });
    expect(whyOf(measure([], { libraries: lacking }))).toEqual([
      text(/lacks ncclCommFinalize, which it has since 2\.14/),
    ]);
  });

  it('say what does not fit, and take nothing smaller for it', () => {
    const step = measure(['memory 1500000'], { changes: { maxBytes: 1048576 } });
    expect(wrongOf(step)).toEqual([0, 0, 0]);
    expect(whyOf(step)).toEqual([text(/no two vectors of 1048576 bytes fit/)]);
    expect(whyOf(measure(['memory 600000'], { changes: { minBytes: 262144, maxBytes: 262144 } }))).toEqual([
      text(/no two vectors of 262144 bytes fit: this rank has \d+ bytes free/),
    ]);
  });
});

describe('the plan of sums over devices', () => {
  const [card] = valueOf(whole.accelerators) ?? [];
  const cards = [card, { ...card, address: second }];
  const needs = (more: Readonly<Record<string, unknown>>) =>
    nccl.needs(
      params,
      fillFacts({ accelerators: cards, programs: whole.programs, headers: whole.headers, ...more }),
    );

  it('needs two accelerators of NVIDIA, room in /dev/shm, and none that is loaded with care', () => {
    expect(needs({})).toEqual({ ok: true, value: undefined });
    expect(needs({ 'limits.sharedMemoryFreeBytes': 67108864 })).toMatchObject({
      error: text(/\/dev\/shm, got 67108864/),
    });
    expect(needs({ accelerators: [card] })).toMatchObject({
      error: text(/two accelerators at least, got 1/),
    });
    const mining = { ...card, address: second, purpose: { value: 'mining' } };
    expect(needs({ accelerators: [card, mining] })).toMatchObject({ error: text(/one at a time/) });
    const others = { ...card, address: second, vendor: 'AMD' };
    expect(needs({ accelerators: [card, others] })).toMatchObject({ error: text(/expected NVIDIA/) });
  });

  it('leaves the algorithm to NCCL where that is asked for', () => {
    const environmentOf = (algorithm: CollectiveParams['algorithm']) =>
      nccl.plan({ ...params, algorithm }, whole).at(-1)?.env;
    expect(environmentOf('ring')).toMatchObject({ NCCL_ALGO: 'Ring' });
    expect(environmentOf('auto')).not.toHaveProperty('NCCL_ALGO');
  });
});
