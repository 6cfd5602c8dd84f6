import * as z from 'zod';
import { concernOf, deviceParams } from '../kit/device-program.ts';
import type { Dimensions } from '../kit/sample.ts';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** Rows and columns of each of the three square matrices. */
const size = z.number().int().min(64).max(32768);

const HostParams = z.strictObject({
  target: z.literal('host').optional(),
  dtype: z.enum(['fp32', 'fp16', 'bf16', 'int8']),
  size,
  cores: z.enum(['one', 'all']),
  seconds: z.number().min(0.1).max(3600),
});
export type HostParams = z.infer<typeof HostParams>;

/** By the vector units of accelerators: inputs in FP32; in FP16, multiplied in FP32; multiplied in FP16. */
const VectorParams = z.strictObject({
  target: z.literal('device'),
  kernel: z.enum(['fp32', 'fp16', 'half']),
  size: size.multipleOf(64),
  ...deviceParams,
});
export type VectorParams = z.infer<typeof VectorParams>;

/** By the matrix units of accelerators, as their vendor's own library has them multiply. */
const VendorParams = z
  .strictObject({
    target: z.literal('vendor'),
    dtype: z.enum(['fp32', 'tf32', 'fp16', 'bf16', 'fp8']),
    size: size.multipleOf(16),
    /** FP8 (E4M3) alone: sums stay in the matrix unit's own format, and are not carried to FP32 now and then. */
    fastAccumulate: z.boolean().optional(),
    ...deviceParams,
  })
  .refine(({ dtype, fastAccumulate }) => (dtype === 'fp8') === (fastAccumulate !== undefined), {
    error: 'expected fastAccumulate with fp8, and with nothing else',
  });
export type VendorParams = z.infer<typeof VendorParams>;

export const MatmulParams = z.discriminatedUnion('target', [HostParams, VectorParams, VendorParams]);
export type MatmulParams = z.infer<typeof MatmulParams>;
export const isVector = (params: MatmulParams): params is VectorParams => params.target === 'device';
export const isVendor = (params: MatmulParams): params is VendorParams => params.target === 'vendor';
export const isHost = (params: MatmulParams): params is HostParams => !isVector(params) && !isVendor(params);

/**
 * Operations that a CPU thread can do in a cycle, by number format: those of a matrix unit (Intel AMX: 16 × 16 products of 32
 * or 64 pairs in 16 cycles; Arm SME: 512 FP32), none of which runs above 8 GHz.
 */
const operationsOfCycle: Readonly<Record<string, number>> = { fp32: 512, fp16: 1024, bf16: 1024, int8: 2048 };
/**
 * Ten times what the matrix units of one accelerator do, by number format: HGX B200 has 4.5 PFLOPS in FP8, half of that in FP16 and
 * BF16, a quarter in TF32, all dense (NVIDIA's data sheet); FP32 has no matrix unit, and as much as vector units.
 */
const ofMatrixUnits: Readonly<Record<string, number>> = {
  fp32: 1e15,
  tf32: 1.1e16,
  fp16: 2.25e16,
  bf16: 2.25e16,
  fp8: 4.5e16,
};
const bound = {
  best: ({ dtype, threads, ...more }: Dimensions): number =>
    more['device.kind'] === 'gpu'
      ? (ofMatrixUnits[String(dtype)] ?? 0)
      : (operationsOfCycle[String(dtype)] ?? 2048) * 8e9 * Number(threads ?? 1),
  why: 'a matrix unit in each thread at 8 GHz; on an accelerator, ten times what any has',
};

export const matmul = defineWorkload({
  id: 'matmul',
  title: 'Matrix multiplication by number format',
  scope: 'node',
  load: 'heavy',
  params: MatmulParams,
  measures: (params) => {
    if (isVector(params)) return ['wrongElements', 'vectorThroughput'];
    if (isVendor(params))
      return [
        'wrongMatrixElements',
        'throughput',
        'powerDraw',
        'repeatDifferences',
        'resultDigest',
        'temperature',
      ];
    return ['wrongElements', 'resultDigest', params.dtype === 'int8' ? 'integerThroughput' : 'throughput'];
  },
  concerns: (params) => (isHost(params) ? undefined : concernOf(params)),
  ofVendor: (params) => (isVendor(params) ? 'NVIDIA' : undefined),
  metrics: {
    throughput: {
      unit: 'FLOP/s',
      better: 'higher',
      domain: 'positive',
      title: 'Matrix multiplication',
      bound,
    },
    integerThroughput: {
      unit: 'OP/s',
      better: 'higher',
      domain: 'positive',
      title: 'Integer matrix multiplication',
      bound,
    },
    vectorThroughput: {
      unit: 'FLOP/s',
      better: 'higher',
      domain: 'positive',
      title: 'Matrix multiplication by the vector units of an accelerator',
      bound: {
        best: () => 1e15,
        why: 'ten times what the vector units of any accelerator do (MI325X: 163 TFLOPS in FP32)',
      },
    },
    wrongElements: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Checked elements outside the error bound of a right multiplication',
      correctness: true,
    },
    /** Of matrix units alone: what shows that they are right is never what vector units did. */
    wrongMatrixElements: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Checked elements of matrix units outside the error bound of a right multiplication',
      correctness: true,
    },
    repeatDifferences: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Repeats of one multiplication with other bits than most of them',
      correctness: true,
    },
    /** What multiplies right and draws little is held back by something. */
    powerDraw: {
      unit: 'W',
      better: 'higher',
      domain: 'positive',
      title: 'Mean power that the accelerator drew while it multiplied',
      bound: {
        best: () => 10_000,
        why: 'eight times what any card may draw (GB200: 1,200 W)',
      },
    },
    temperature: {
      unit: 'Cel',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Hottest that the accelerator was while it multiplied',
      bound: { best: () => 0, why: 'colder than anything that is loaded' },
      state: true,
    },
    /** A name of the product and no quantity: what counts is whether it changes. */
    resultDigest: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Digest of all bits of the product',
      bound: { best: () => 0, why: 'any number of 52 bits' },
      state: true,
    },
  },
});
export type MatmulMetrics = typeof matmul.metrics;
export type MatmulReading = Reading<MatmulMetrics>;
