import { describe, expect, it } from 'vitest';
import type { Sha256Params } from '../../../../workloads/sha256/spec.ts';
import { headerHash } from '../../../../workloads/sha256/tools/header-hash.ts';
import { machine, recorded, withOutput, withText } from './recorded.ts';

const header = (algorithm: 'single' | 'double', cores: 'one' | 'all') =>
  ({ mode: 'header', algorithm, cores, seconds: 2 }) as const satisfies Sha256Params;
const good = recorded('sha256', 'header-hash-gcc12.2.0-single');
const single = header('single', 'one');

describe('header-hash: plan', () => {
  it('builds its program in the step and runs it', () => {
    expect(headerHash.plan(header('double', 'all'), machine({ allowedCpus: 4 }))).toEqual([
      {
        id: 'build',
        file: 'gcc',
        args: [
          '-std=gnu11',
          '-O3',
          '-o',
          '{build}/header-hash',
          '{bundle}/workloads/sha256/native/header-hash.c',
          '-pthread',
        ],
        timeoutMs: 60000,
      },
      { id: 'run', file: '{build}/header-hash', args: ['double', '4', '2'], timeoutMs: 32000 },
    ]);
  });

  it('does not serve bulk hashing', () => {
    expect(
      headerHash.needs(
        { mode: 'bulk', blockBytes: 80, cores: 'one', seconds: 1 },
        machine({ logicalCpus: 2 }),
      ).ok,
    ).toBe(false);
    expect(headerHash.needs(single, machine({})).ok).toBe(true);
  });
});

describe('header-hash: parse', () => {
  it('reads hashes per second, with prepared state one compression each', () => {
    const dimensions = {
      algorithm: 'single',
      compressionsPerHash: 1,
      cores: 'one',
      threads: 1,
      implementation: 'sha-ni',
      'device.kind': 'cpu',
    };
    expect(headerHash.parse(good, single)).toEqual({
      ok: true,
      value: {
        toolVersion: 'gcc 12.2.0',
        readings: [
          {
            metric: 'headerHashRate',
            value: expect.closeTo(21415903.876, 2) as number,
            dimensions,
            at: [
              { command: 'run', output: 'stdout', pointer: '/hashes' },
              { command: 'run', output: 'stdout', pointer: '/elapsedSeconds' },
            ],
          },
          {
            metric: 'wrongDigests',
            value: 0,
            dimensions: { ...dimensions, checked: 4 },
            at: [{ command: 'run', output: 'stdout', pointer: '/wrong' }],
          },
        ],
      },
    });
  });

  it('keeps SHA-256d under a metric of its own, two compressions each', () => {
    const parsed = headerHash.parse(
      recorded('sha256', 'header-hash-gcc12.2.0-double'),
      header('double', 'all'),
    );
    expect(parsed.ok && parsed.value.readings[0]).toMatchObject({
      metric: 'doubleHeaderHashRate',
      value: expect.closeTo(21562739.842, 2) as number,
      dimensions: { compressionsPerHash: 2, threads: 2 },
    });
  });

  it('counts what its self-check found wrong', () => {
    const parsed = headerHash.parse(
      recorded('sha256', 'header-hash-gcc12.2.0-wrong'),
      header('double', 'one'),
    );
    expect(parsed.ok && parsed.value.readings[1]).toMatchObject({
      metric: 'wrongDigests',
      value: 3,
      dimensions: { checked: 4 },
    });
  });

  it.each([
    ['nothing ran', {}],
    ['the build failed', withOutput(good, 'build', { exitCode: 1, stderr: 'no such file' })],
    ['the program failed', withOutput(good, 'run', { exitCode: 1 })],
    ['stdout is empty', withOutput(good, 'run', { stdout: '' })],
    ['stdout is cut off', withOutput(good, 'run', { stdout: good['run']!.stdout.slice(0, 120) })],
    ['a decimal comma', withText(good, 'run', '2.000003', '2,000003')],
    ['nan', withText(good, 'run', '2.000003', 'nan')],
    ['inf', withText(good, 'run', '2.000003', '1e999')],
    ['a window that is too short', withText(good, 'run', '2.000003', '1.900000')],
    ['no hashes', withText(good, 'run', '42831872', '0')],
    ['negative hashes', withText(good, 'run', '42831872', '-5')],
    ['nothing checked', withText(good, 'run', '"checked":4', '"checked":0')],
    ['more wrong than checked', withText(good, 'run', '"wrong":0', '"wrong":9')],
    ['two threads instead of one', withText(good, 'run', '"threads":1', '"threads":2')],
    ['another algorithm', withText(good, 'run', '"single"', '"double"')],
    [
      'another number of compressions',
      withText(good, 'run', '"compressionsPerHash":1', '"compressionsPerHash":2'),
    ],
    ['an unknown key', withText(good, 'run', '"wrong":0', '"wrong":0,"extra":1')],
  ])('refuses: %s', (_, outputs) => {
    expect(headerHash.parse(outputs, single).ok).toBe(false);
  });
});
