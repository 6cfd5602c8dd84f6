import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { triad } from '../../../../workloads/memory/tools/triad.ts';
import { MemoryParams } from '../../../../workloads/memory/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { withText } from '../altered.ts';

const host = { target: 'host', bytes: 'auto', seconds: 0.25, cores: 'all' } as const;
const device = {
  target: 'device',
  what: 'triad',
  bytes: 2 ** 30,
  on: 'accelerators',
  concurrency: 'together',
  seconds: 1,
} as const;
const mebibyte = 1024 ** 2;
const { outputs } = loadCase('memory', 'triad-gcc12.2.0-all');

describe('memory: parameters', () => {
  it.each([
    { ...host, bytes: 'most' },
    { ...host, bytes: 1.5 * mebibyte + 0.5 },
    { ...host, seconds: 0 },
    { ...host, what: 'triad' },
    { ...device, bytes: 'all' },
    { ...device, bytes: 2 ** 20 + 4 },
    { ...device, what: 'read' },
    { ...device, cores: 'all' },
    { target: 'other' },
  ])('refuses %j', (params) => {
    expect(MemoryParams.safeParse(params).success).toBe(false);
  });
});

describe('triad: needs', () => {
  const facts = { 'limits.allowedCpus': 2, 'memory.availableBytes': 96 * mebibyte };
  it.each([
    ["the host's memory only", device, facts],
    ['the free memory is unknown', host, { 'limits.allowedCpus': 2 }],
    ['expected 25165827 bytes for three arrays, got 25165824', { ...host, bytes: 8 * mebibyte + 1 }, facts],
    [
      'got 25165824: a quarter of what is free',
      { ...host, bytes: 8 * mebibyte + 1 },
      { ...facts, 'memory.availableBytes': 2 ** 40, 'limits.memoryMaxBytes': 96 * mebibyte },
    ],
  ])('says why it cannot: %s', (error, params, given) => {
    expect(triad.needs(params, fillFacts(given))).toEqual({
      ok: false,
      error: expect.stringContaining(error) as string,
    });
  });

  it('serves arrays that take a quarter of what is free', () => {
    expect(triad.needs({ ...host, bytes: 8 * mebibyte }, fillFacts(facts))).toEqual({ ok: true });
  });
});

describe('triad: what does not agree with itself', () => {
  it.each([
    ['"threads":2,"last', '"threads":3,"last', 'expected 3 threads on all nodes, got 2'],
    ['"elapsedSeconds":0.256876', '"elapsedSeconds":0.156876', 'triad: expected a window of 0.25 s'],
    ['"busySeconds":0.241632', '"busySeconds":0.341632', 'copy: expected NUMA node 0 to be busy for'],
    ['"checked":50331648', '"checked":50331647', 'triad: expected 50331648 checked words, got 50331647'],
    ['"pagesHere":768', '"pagesHere":769', 'expected no more pages than asked for'],
    ['"arrayBytes":134217728', '"arrayBytes":134217721', 'expected arrays of 2 equal slices'],
  ] as const)('%s', (from, to, error) => {
    expect(triad.parse(withText(outputs, ['run'], from, to), host)).toEqual({
      ok: false,
      error: expect.stringContaining(error) as string,
    });
  });

  it.each([
    [
      'a cache of unknown size',
      '"lastLevelCacheBytes":33554432',
      '"lastLevelCacheBytes":0',
      /^the kernel does not/,
    ],
    [
      'a larger cache',
      '"lastLevelCacheBytes":33554432',
      '"lastLevelCacheBytes":33554433',
      /a part of this is cache$/,
    ],
  ])('keeps no speed beside %s', (_, from, to, why) => {
    const parsed = triad.parse(withText(outputs, ['run'], from, to), host);
    const flaws = parsed.ok ? parsed.value.readings.map(({ invalid = '' }) => invalid) : [];
    expect(flaws.map((flaw) => why.test(flaw))).toEqual([true, true, true, true, false]);
  });
});

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const hasGcc = spawnSync('gcc', ['--version']).status === 0;
if (!hasGcc && process.env['CI'] === 'true') throw new Error('expected gcc in CI');
if (!hasGcc) console.warn('skipped: gcc is not installed');

describe.skipIf(!hasGcc)('triad: the program', () => {
  const params = { ...host, bytes: 8 * mebibyte, seconds: 0.05 };
  const facts = fillFacts({ 'limits.allowedCpus': 2, 'memory.availableBytes': 2 ** 30 });

  /** Runs a planned step as the agent does, with a change to its source. */
  function run(change?: readonly [from: string, to: string]) {
    const build = temporaryDirectory();
    const native = readFileSync(`${root}/workloads/memory/native/triad.c`, 'utf8');
    if (change !== undefined && !native.includes(change[0])) throw new Error(`expected \`${change[0]}\``);
    const text = (change === undefined ? native : native.replace(...change)).replace(
      '"places.h"',
      `"${root}/workloads/memory/native/places.h"`,
    );
    writeFileSync(`${build}/triad.c`, text);
    const fill = (word: string) =>
      word.replace('{bundle}/workloads/memory/native', build).replaceAll('{build}', build);
    const ended = triad.plan(params, facts).map(({ id, file, args }) => {
      const { stdout, stderr, status } = spawnSync(fill(file), args.map(fill), { encoding: 'utf8' });
      const output = { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 60_000 };
      return [id, output] as const;
    });
    return triad.parse(Object.fromEntries(ended), params);
  }

  const wrongIn = (parsed: ReturnType<typeof run>) =>
    parsed.ok ? parsed.value.readings.find(({ metric }) => metric === 'wrongWords')?.value : parsed.error;

  it('gives both speeds of the machine and of its nodes, and no wrong word', () => {
    const parsed = run();
    expect(wrongIn(parsed)).toBe(0);
    const parts = parsed.ok
      ? parsed.value.readings.map(({ metric, dimensions }) => `${metric} ${String(dimensions['part'])}`)
      : [];
    expect(new Set(parts)).toEqual(
      new Set(['triad machine', 'triad numaNode', 'copy machine', 'copy numaNode', 'wrongWords machine']),
    );
  });

  it('finds one word that changed while nobody wrote it', () => {
    const after = '    w->wrong = count_wrong(';
    expect(wrongIn(run([after, `    if (leads && operation == 1) b[slice / 2] += 1;\n${after}`]))).toBe(1);
  });

  it('counts a sum that is off by one', () => {
    expect(
      wrongIn(run(['+ 3 * *(const vector *)(c + i));', '+ 3 * *(const vector *)(c + i) + 1);'])),
    ).toBeGreaterThan(mebibyte);
  });

  it.each([
    [['auto', '1', 'all', '1'], 64],
    [['8388608', '16777216', 'two', '1'], 64],
    [['8388608', '16777216', 'all', 'nan'], 64],
    [['8388608', '16777216', 'all', '0.05'], 70],
  ] as const)('refuses %j', (args, status) => {
    const program = `${temporaryDirectory()}/triad`;
    const source = `${root}/workloads/memory/native/triad.c`;
    expect(spawnSync('gcc', ['-o', program, source, '-pthread', '-lm']).status).toBe(0);
    expect(spawnSync(program, args).status).toBe(status);
  });
});
