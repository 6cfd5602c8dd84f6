import { describe, expect, it } from 'vitest';
import type { MatmulParams } from '../../../../workloads/matmul/spec.ts';
import { onednn } from '../../../../workloads/matmul/tools/onednn.ts';
import { openblas } from '../../../../workloads/matmul/tools/openblas.ts';
import { own } from '../../../../workloads/matmul/tools/own.ts';
import { machine, recorded, withOutput, withText } from '../sha256/recorded.ts';

const gemm = (dtype: MatmulParams['dtype'], size = 1024, cores: 'one' | 'all' = 'one'): MatmulParams => ({
  dtype,
  size,
  cores,
  seconds: 1,
});
const fp32 = gemm('fp32');
const good = recorded('matmul', 'openblas-0.3.21-fp32');
const avx512 = ['avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];

describe('matmul: plans', () => {
  it('builds against OpenBLAS where the header stands and sets its threads', () => {
    const facts = { ...machine({ allowedCpus: 4 }), headers: { 'cblas.h': '/usr/include/openblas/cblas.h' } };
    expect(openblas.plan(gemm('fp32', 2048, 'all'), facts)).toEqual([
      {
        id: 'build',
        file: 'gcc',
        args: [
          ...['-std=gnu11', '-O3', '-I/usr/include/openblas', '-o', '{build}/gemm'],
          ...['{bundle}/workloads/matmul/native/gemm-openblas.c', '-lopenblas', '-lm'],
        ],
        timeoutMs: 120000,
      },
      {
        id: 'run',
        file: '{build}/gemm',
        args: ['2048', '4', '1', '1'],
        env: { OPENBLAS_NUM_THREADS: '4', OMP_NUM_THREADS: '4' },
        timeoutMs: 113540,
      },
    ]);
  });

  it('tells oneDNN the number format', () => {
    const [build, run] = onednn.plan(gemm('bf16'), machine({ flags: ['amx_bf16'] }));
    expect(build?.args).toContain('-ldnnl');
    expect(run).toMatchObject({ args: ['1024', '1', '1', '1', 'bf16'], env: { OMP_NUM_THREADS: '1' } });
  });

  it('compiles our kernel for the features that the CPU has, and for no model', () => {
    const args = (dtype: 'fp32' | 'fp16', flags: readonly string[]) =>
      own.plan(gemm(dtype), machine({ flags }))[0]?.args.filter((arg) => /^-(?:m|D)/.test(arg));
    const v3 = ['-mavx2', '-mfma', '-mf16c'];
    const v4 = ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl'];
    expect(args('fp32', ['sse2'])).toEqual([]);
    expect(args('fp32', ['avx2', 'fma', 'f16c', 'avx512f'])).toEqual(v3);
    expect(args('fp32', [...avx512, 'avx512_fp16'])).toEqual([...v3, ...v4]);
    expect(args('fp16', [...avx512, 'avx512_fp16'])).toEqual([...v3, ...v4, '-mavx512fp16', '-DASSAY_FP16']);
    expect(args('fp16', ['fphp', 'asimdhp', 'atomics', 'asimdrdm'])).toEqual([
      '-march=armv8.2-a+fp16',
      '-DASSAY_FP16',
    ]);
  });
});

describe('matmul: what a tool can serve', () => {
  const full = machine({ allowedCpus: 2, flags: [...avx512, 'avx512_fp16', 'avx512_vnni', 'avx512_bf16'] });
  const plain = machine({ allowedCpus: 2, flags: avx512 });

  it.each([
    ['fp32', [true, true, true], [true, true, true]],
    ['bf16', [false, true, false], [false, false, false]],
    ['int8', [false, true, false], [false, false, false]],
    ['fp16', [false, false, true], [false, false, false]],
  ] as const)('%s: with the instructions %j, without them %j', (dtype, withThem, without) => {
    const serves = (facts: typeof full) =>
      [openblas, onednn, own].map((tool) => tool.needs(gemm(dtype), facts).ok);
    expect(serves(full)).toEqual(withThem);
    expect(serves(plain)).toEqual(without);
  });

  it('says which flags are missing', () => {
    expect(own.needs(gemm('fp16'), plain)).toEqual({
      ok: false,
      error: 'the CPU has no FP16 arithmetic (avx512_fp16 with AVX-512, or fphp and asimdhp)',
    });
    expect(onednn.needs(gemm('bf16'), plain)).toEqual({
      ok: false,
      error: 'the CPU has no bf16 arithmetic (one of amx_bf16, avx512_bf16, bf16)',
    });
  });

  it('refuses unknown flags, an unknown number of CPUs and matrices that do not fit', () => {
    expect(own.needs(fp32, machine({ allowedCpus: 2 })).ok).toBe(false);
    expect(onednn.needs(gemm('int8'), machine({ allowedCpus: 2 })).ok).toBe(false);
    expect(openblas.needs(gemm('fp32', 1024, 'all'), machine({})).ok).toBe(false);
    expect(openblas.needs(gemm('fp32', 1024), machine({ availableBytes: 13_000_000 })).ok).toBe(false);
    expect(openblas.needs(gemm('fp32', 1024), machine({ availableBytes: 14_000_000 })).ok).toBe(true);
  });

  it('prefers the library, then oneDNN, then our kernel', () => {
    expect([openblas.rank, onednn.rank, own.rank]).toEqual([10, 20, 30]);
  });
});

describe('matmul: parse', () => {
  it('divides the operations of the timed window by its length', () => {
    const dimensions = {
      dtype: 'fp32',
      accumulate: 'fp32',
      size: 1024,
      cores: 'one',
      threads: 1,
      distribution: 'normal',
      seed: 1,
      implementation: 'Cooperlake',
      'device.kind': 'cpu',
    };
    expect(openblas.parse(good, fp32)).toEqual({
      ok: true,
      value: {
        toolVersion: '0.3.21',
        readings: [
          {
            metric: 'throughput',
            value: expect.closeTo(97094702883.13, 1) as number,
            dimensions,
            at: [
              { command: 'run', output: 'stdout', pointer: '/iterations' },
              { command: 'run', output: 'stdout', pointer: '/elapsedSeconds' },
            ],
          },
          {
            metric: 'wrongElements',
            value: 0,
            dimensions: { ...dimensions, checked: 16384 },
            at: [{ command: 'run', output: 'stdout', pointer: '/wrong' }],
          },
        ],
      },
    });
  });

  it.each([
    [
      openblas,
      'openblas-0.3.21-fp32-all',
      gemm('fp32', 2048, 'all'),
      '0.3.21',
      'throughput',
      191994425458.6,
      'Cooperlake',
    ],
    [onednn, 'onednn-2.6.3-fp32', fp32, '2.6.3', 'throughput', 101076782956.8, 'brg:avx512_core'],
    [
      onednn,
      'onednn-2.6.3-bf16',
      gemm('bf16'),
      '2.6.3',
      'throughput',
      188889027624.9,
      'brg:avx512_core_bf16',
    ],
    [
      onednn,
      'onednn-2.6.3-int8',
      gemm('int8', 1024, 'all'),
      '2.6.3',
      'integerThroughput',
      753542958189.4,
      'brg:avx512_core_vnni',
    ],
    [own, 'own-gcc12.2.0-fp32', fp32, 'gcc 12.2.0', 'throughput', 95156415799.4, 'fp32-avx512'],
  ] as const)('$id reads %s', (tool, fixture, params, toolVersion, metric, value, implementation) => {
    const parsed = tool.parse(recorded('matmul', fixture), params);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        toolVersion,
        readings: [
          { metric, value: expect.closeTo(value, 0) as number, dimensions: { implementation } },
          { metric: 'wrongElements', value: 0 },
        ],
      },
    });
    expect(parsed.ok && parsed.value.readings[0]).not.toHaveProperty('invalid');
  });

  it('names emulated FP16 invalid, as it measures no hardware', () => {
    const parsed = own.parse(recorded('matmul', 'own-gcc12.2.0-fp16-emulated'), gemm('fp16', 256));
    expect(parsed.ok && parsed.value.readings[0]).toMatchObject({
      metric: 'throughput',
      invalid: 'the compiler emulated FP16 in FP32: this says nothing about FP16 hardware',
      dimensions: { accumulate: 'fp16-by-32-then-fp32' },
    });
  });

  it('counts wrong elements', () => {
    const parsed = own.parse(recorded('matmul', 'own-gcc12.2.0-fp32-wrong'), fp32);
    expect(parsed.ok && parsed.value.readings[1]).toMatchObject({
      metric: 'wrongElements',
      value: 16039,
      dimensions: { checked: 16384 },
    });
  });

  it.each([
    [
      openblas,
      'openblas-0.3.21-no-header',
      fp32,
      /^command `build`: expected exit code 0, got exit code 1: `.*cblas\.h`$/,
    ],
    [
      openblas,
      'openblas-0.3.21-capped-threads',
      gemm('fp32', 1024, 'all'),
      /`expected 2 OpenBLAS threads, got 1`$/,
    ],
    [onednn, 'onednn-2.6.3-no-kernel', gemm('bf16'), /`oneDNN: no kernel for this type: status 3`$/],
  ] as const)('$id quotes what was said: %s', (tool, fixture, params, error) => {
    const parsed = tool.parse(recorded('matmul', fixture), params);
    expect(parsed.ok ? '' : parsed.error).toMatch(error);
  });

  it.each([
    ['nothing ran', {}],
    ['the build alone ran', { build: good['build']! }],
    ['the program was killed', withOutput(good, 'run', { exitCode: undefined })],
    ['stdout is empty', withOutput(good, 'run', { stdout: '' })],
    ['stdout is cut off', withOutput(good, 'run', { stdout: good['run']!.stdout.slice(0, 200) })],
    ['a decimal comma', withText(good, 'run', '1.017401', '1,017401')],
    ['nan', withText(good, 'run', '1.017401', 'nan')],
    ['inf', withText(good, 'run', '1.017401', '1e999')],
    ['a negative time', withText(good, 'run', '1.017401', '-1.0')],
    ['a window that is too short', withText(good, 'run', '1.017401', '0.917401')],
    ['no product', withText(good, 'run', '"iterations":46', '"iterations":0')],
    ['half a product', withText(good, 'run', '"iterations":46', '"iterations":45.5')],
    ['another size', withText(good, 'run', '"size":1024', '"size":2048')],
    ['another number format', withText(good, 'run', '"dtype":"fp32"', '"dtype":"bf16"')],
    ['other inputs', withText(good, 'run', '"normal"', '"zeros"')],
    ['another seed', withText(good, 'run', '"seed":1', '"seed":2')],
    ['two threads instead of one', withText(good, 'run', '"threads":1', '"threads":2')],
    ['no element checked', withText(good, 'run', '"checked":16384', '"checked":0')],
    ['more wrong than checked', withText(good, 'run', '"wrong":0', '"wrong":16385')],
    ['another library', withText(good, 'run', 'OpenBLAS', 'Netlib')],
    ['an unknown key', withText(good, 'run', '"wrong":0', '"wrong":0,"extra":1')],
  ])('refuses: %s', (_, outputs) => {
    expect(openblas.parse(outputs, fp32).ok).toBe(false);
  });
});
