import { describe, expect, it } from 'vitest';
import { onednn } from '../../../../workloads/matmul/tools/onednn.ts';
import { openblas } from '../../../../workloads/matmul/tools/openblas.ts';
import { own } from '../../../../workloads/matmul/tools/own.ts';
import type { HostParams } from '../../../../workloads/matmul/workload.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';
import { withText } from '../altered.ts';

const gemm = (dtype: HostParams['dtype'], size = 1024, cores: 'one' | 'all' = 'one'): HostParams => ({
  dtype,
  size,
  cores,
  seconds: 1,
});
const fp32 = gemm('fp32');
const good = loadCase('matmul', 'openblas-0.3.21-fp32').outputs;
const avx512 = ['avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];

describe('matmul: plans', () => {
  it('builds against OpenBLAS where the header stands and sets its threads', () => {
    const facts = {
      ...fillFacts({ 'limits.allowedCpus': 4 }),
      headers: { 'cblas.h': '/usr/include/openblas/cblas.h' },
    };
    expect(openblas.plan(gemm('fp32', 2048, 'all'), facts)).toEqual([
      {
        id: 'build',
        file: 'gcc',
        args: [
          ...['-std=gnu11', '-O3', '-I/usr/include/openblas', '-o', '{build}/gemm'],
          ...['{bundle}/workloads/matmul/native/gemm-openblas.c', '-lopenblas', '-pthread', '-lm'],
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

  it('compiles our kernel for the features that the CPU has, and for no model', () => {
    const args = (dtype: 'fp32' | 'fp16', flags: readonly string[]) =>
      own
        .plan(gemm(dtype), fillFacts({ 'cpu.flags': flags }))[0]
        ?.args.filter((arg) => /^-(?:m|D)/.test(arg));
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
  const full = fillFacts({
    'limits.allowedCpus': 2,
    'cpu.flags': [...avx512, 'avx512_fp16', 'avx512_vnni', 'avx512_bf16'],
  });
  const plain = fillFacts({ 'limits.allowedCpus': 2, 'cpu.flags': avx512 });

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
    expect(own.needs(fp32, fillFacts({ 'limits.allowedCpus': 2 })).ok).toBe(false);
    expect(onednn.needs(gemm('int8'), fillFacts({ 'limits.allowedCpus': 2 })).ok).toBe(false);
    expect(openblas.needs(gemm('fp32', 1024, 'all'), fillFacts({})).ok).toBe(false);
    expect(openblas.needs(gemm('fp32', 1024), fillFacts({ 'memory.availableBytes': 13_000_000 })).ok).toBe(
      false,
    );
    expect(openblas.needs(gemm('fp32', 1024), fillFacts({ 'memory.availableBytes': 14_000_000 })).ok).toBe(
      true,
    );
  });

  it('prefers the library, then oneDNN, then our kernel', () => {
    expect([openblas.rank, onednn.rank, own.rank]).toEqual([10, 20, 30]);
  });
});

describe('matmul: parse', () => {
  it.each([
    ['a negative time', withText(good, ['run'], '1.017401', '-1.0')],
    ['a window that is too short', withText(good, ['run'], '1.017401', '0.917401')],
    ['no product', withText(good, ['run'], '"iterations":46', '"iterations":0')],
    ['half a product', withText(good, ['run'], '"iterations":46', '"iterations":45.5')],
    ['another size', withText(good, ['run'], '"size":1024', '"size":2048')],
    ['another number format', withText(good, ['run'], '"dtype":"fp32"', '"dtype":"bf16"')],
    ['other inputs', withText(good, ['run'], '"normal"', '"zeros"')],
    ['another seed', withText(good, ['run'], '"seed":1', '"seed":2')],
    ['two threads instead of one', withText(good, ['run'], '"threads":1', '"threads":2')],
    ['no element checked', withText(good, ['run'], '"checked":16384', '"checked":0')],
    ['more wrong than checked', withText(good, ['run'], '"wrong":0', '"wrong":16385')],
    ['another library', withText(good, ['run'], 'OpenBLAS', 'Netlib')],
    ['an unknown key', withText(good, ['run'], '"wrong":0', '"wrong":0,"extra":1')],
  ])('refuses: %s', (_, outputs) => {
    expect(openblas.parse(outputs, fp32).ok).toBe(false);
  });
});
