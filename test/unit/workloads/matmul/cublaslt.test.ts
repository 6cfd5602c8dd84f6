import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { cublaslt } from '../../../../workloads/matmul/tools/cublaslt.ts';
import { MatmulParams } from '../../../../workloads/matmul/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { buildCublasLt, buildStandIn, canBuildStandIn } from '../../../support/stand-ins/build-stand-in.ts';
import { buildManagementLibrary } from '../../../support/stand-ins/record-played.ts';
import { removeFolder } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const { facts: of, outputs: recorded, params: asked } = loadCase('matmul', 'cublaslt-gcc12.2.0-bf16');
const address = '0000:3b:00.0';
const folder = mkdtempSync(join(tmpdir(), 'assay-cublaslt-'));
const [libraries, program] = [join(folder, 'lib'), join(folder, 'cublaslt')];
const plain = { target: 'vendor', dtype: 'bf16', size: 128, seconds: 0.1 } as const;
/** Most steps here are too short for it. */
const tooShort = /(; )?power: expected a window of 1 s at least, got 0\.\d+ s$/;

beforeAll(() => {
  if (!canBuildStandIn) return;
  buildStandIn(libraries);
  buildCublasLt(libraries);
  buildManagementLibrary(libraries);
  const source = join(root, 'workloads/matmul/native/cublaslt.c');
  const strict = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
  const { stderr } = spawnSync('gcc', [...strict, '-o', program, source, '-ldl', '-lm'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
});
afterAll(() => removeFolder(folder));

/** What is read of a step on one device of a stand-in with such a scenario. */
function measure(
  params: Readonly<Record<string, unknown>>,
  scenario: readonly string[] = [],
  paths: readonly string[] = [libraries],
) {
  const parsed = MatmulParams.parse({ ...plain, ...params });
  const run = cublaslt.plan(parsed, of).find(({ id }) => id === 'run');
  if (run === undefined) throw new Error('expected a run');
  const file = join(mkdtempSync(join(folder, 'step-')), 'scenario');
  writeFileSync(file, [`gpu ${address}`, 'product 500', ...scenario, ''].join('\n'));
  const { stdout, stderr, status } = spawnSync(
    program,
    run.args.map((arg) => arg.replaceAll('{bundle}', root)),
    { env: { ASSAY_STAND_IN: file, LD_LIBRARY_PATH: paths.join(':') }, encoding: 'utf8' },
  );
  const output = { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 };
  const read = cublaslt.parse({ ...recorded, run: output }, parsed);
  if (!read.ok) throw new Error(`${read.error}: ${stdout}${stderr}`);
  const { readings, unmeasured = [] } = read.value;
  return {
    values: Object.fromEntries(readings.map(({ metric, value }) => [metric, value])),
    drawn: readings.find(({ metric }) => metric === 'powerDraw'),
    whys: unmeasured.map(({ why }) => why.replace(tooShort, '')).filter((why) => why !== ''),
  };
}

const right = { wrongMatrixElements: 0, repeatDifferences: 0 };

describe.skipIf(!canBuildStandIn)('matmul by cuBLASLt, on a stand-in for it', () => {
  it.each([
    { dtype: 'fp32' },
    { dtype: 'tf32' },
    { dtype: 'fp16' },
    { dtype: 'bf16', size: 80 },
    { dtype: 'fp8', fastAccumulate: false },
    { dtype: 'fp8', fastAccumulate: true },
  ])('multiplies right: %j', (params) => {
    const { values, whys } = measure(params);
    expect(values).toMatchObject(right);
    expect(values['throughput']).toBeGreaterThan(0);
    expect(values['resultDigest']).toBeGreaterThan(0);
    expect(whys).toEqual([]);
  });

  it.each([
    ['by its counter of energy', ['power 700 700', 'draws 612'], 'energy counter'],
    ['by samples where it has no such counter', ['power 700 700', 'draws 612', 'old'], 'samples'],
  ])('tells the power that was drawn %s', (_, scenario, measuredBy) => {
    const { drawn, whys } = measure({ seconds: 1.2 }, scenario);
    expect(drawn).toMatchObject({ dimensions: { measuredBy, dtype: 'bf16', size: 128 }, isStandIn: true });
    expect(drawn?.value).toBeGreaterThan(611);
    expect(drawn?.value).toBeLessThan(613);
    expect(drawn?.windowSeconds).toBeGreaterThan(1.2);
    expect(whys).toEqual([]);
  });

  it('has the same bits in each run, and sees one bit of one product that is another', () => {
    const first = measure({ dtype: 'fp32' }).values;
    expect(measure({ dtype: 'fp32' }).values['resultDigest']).toBe(first['resultDigest']);
    const { values } = measure({ dtype: 'fp32', seconds: 0.5 }, ['bit 3']);
    expect(values).toMatchObject({ wrongMatrixElements: 0, repeatDifferences: 1 });
    expect(values['resultDigest']).toBe(first['resultDigest']);
    const other = measure({ dtype: 'fp32' }, ['bits']).values;
    expect(other).toMatchObject(right);
    expect(other['resultDigest']).not.toBe(first['resultDigest']);
  });

  it('tells of no bits where no algorithm sums in one order', () => {
    const { values, whys } = measure({}, ['splits']);
    expect(Object.keys(values)).toEqual(['throughput', 'wrongMatrixElements']);
    expect(whys).toEqual([
      'whether repeats have the same bits: each algorithm that the library offers splits its sums',
    ]);
  });

  it('says what it fails at in the middle as a wrong result', () => {
    expect(measure({ seconds: 1 }, ['lost 800']).values).toEqual({ wrongMatrixElements: 1 });
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[], RegExp]>([
    ['a format', {}, ['refuses 14'], /^no product of BF16, size 128: .*NOT_SUPPORTED \(15\): /],
    [
      'an old version',
      { dtype: 'fp8', fastAccumulate: false },
      ['cublaslt 11 6 5'],
      /^expected cuBLAS 11\.11 or newer for FP8, got 11\.6\.5 \(.*libcublasLt\.so\.13\): a newer/,
    ],
    ['a driver that fails', {}, ['fail cuMemAlloc_v2 2 1'], /no 32768 bytes|no 262144 bytes/],
  ])('does not measure with %s, in its words', (_, params, scenario, why) => {
    const { values, whys } = measure(params, scenario);
    expect(values).toEqual({});
    expect(whys).toEqual([expect.stringMatching(why)]);
  });

  it('takes an older library where there is no newer one', () => {
    const old = join(folder, 'old');
    buildCublasLt(old, { soname: 'libcublasLt.so.11' });
    const alone = join(folder, 'alone');
    mkdirSync(alone);
    spawnSync('cp', [join(libraries, 'libcuda.so.1'), alone]);
    expect(measure({}, ['cublaslt 11 11 3'], [alone, old]).values).toMatchObject(right);
    expect(measure({}, [], [alone]).whys[0]).toMatch(
      /^expected libcublasLt\.so\.13, libcublasLt\.so\.12, libcublasLt\.so\.11 in .*, found none: .* brings it$/,
    );
  });

  it('names an entry point that a library lacks', () => {
    const lacking = join(folder, 'lacking');
    buildCublasLt(lacking, { lacks: 'cublasLtMatmulAlgoCheck' });
    expect(measure({}, [], [lacking, libraries]).whys[0]).toMatch(
      /libcublasLt\.so\.13 \(.*\) lacks cublasLtMatmulAlgoCheck, which it has since cuBLAS 11\.0/,
    );
  });
});

describe('matmul by cuBLASLt', () => {
  it('is told where the library lies, the newest first', () => {
    const facts = fillFacts({
      libraries: {
        'libcuda.so.1': '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
        'libcublasLt.so.12': '/opt/conda/lib/libcublasLt.so.12',
        'libcublasLt.so.11': '/usr/local/cuda/lib64/libcublasLt.so.11',
      },
    });
    const run = cublaslt.plan(MatmulParams.parse(plain), { ...of, libraries: facts.libraries }).at(-1);
    expect(run?.env?.['LD_LIBRARY_PATH']).toBe('/usr/lib/x86_64-linux-gnu:/opt/conda/lib');
    expect(cublaslt.requires.libraries).toEqual(['libcuda.so.1']);
  });

  it('takes fast accumulation for FP8 alone, and always asks for it or against it', () => {
    const accepts = (params: object) => MatmulParams.safeParse({ ...plain, ...params }).success;
    expect(accepts({})).toBe(true);
    expect(accepts({ fastAccumulate: false })).toBe(false);
    expect(accepts({ dtype: 'fp8' })).toBe(false);
    expect(accepts({ dtype: 'fp8', fastAccumulate: true })).toBe(true);
    expect(accepts({ size: 100 })).toBe(false);
  });

  it.each<[string, string, string]>([
    ['a batch more', '"batches":', '"batches":1'],
    ['more products than were made', '"products":', '"products":9'],
    ['time that its batches did not take', '"elapsedSeconds":0.', '"elapsedSeconds":0.0'],
    ['a shorter batch', '"shortestBatchSeconds":0.', '"shortestBatchSeconds":0.9'],
    ['fewer launches than it tells of', '"launches":', '"launches":1,"x":'],
    ['repeats without bits', '"repeats":', '"repeats":7'],
    ['hardly a check', '"checked":1', '"checked":'],
    ['an algorithm that splits its sums', '"splitK":1', '"splitK":2'],
    ['another format', '"dtype":"bf16"', '"dtype":"fp16"'],
    ['another size', '"size":128', '"size":256'],
  ])('reads nothing with %s', (_, from, to) => {
    const output = recorded['run'];
    const stdout = output?.stdout ?? '';
    expect(stdout).toContain(from);
    const outputs = { ...recorded, run: { ...output, stdout: stdout.replace(from, to) } } as StepOutputs;
    expect(cublaslt.parse(recorded, MatmulParams.parse(asked)).ok).toBe(true);
    expect(cublaslt.parse(outputs, MatmulParams.parse(asked)).ok).toBe(false);
  });
});
