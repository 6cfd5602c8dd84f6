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

export const MatmulParams = z.discriminatedUnion('target', [HostParams, VectorParams]);
export type MatmulParams = z.infer<typeof MatmulParams>;
export const isHost = (params: MatmulParams): params is HostParams => params.target !== 'device';
export const isVector = (params: MatmulParams): params is VectorParams => params.target === 'device';

/**
 * Operations that a CPU thread can do in a cycle, by number format: those of a matrix unit (Intel AMX: 16 × 16 products of 32
 * or 64 pairs in 16 cycles; Arm SME: 512 FP32), none of which runs above 8 GHz.
 */
const operationsOfCycle: Readonly<Record<string, number>> = { fp32: 512, fp16: 1024, bf16: 1024, int8: 2048 };
const bound = {
  best: ({ dtype, threads }: Dimensions): number =>
    (operationsOfCycle[String(dtype)] ?? 2048) * 8e9 * Number(threads ?? 1),
  why: 'a matrix unit in each thread at 8 GHz',
};

export const matmul = defineWorkload({
  id: 'matmul',
  title: 'Matrix multiplication by number format',
  scope: 'node',
  load: 'heavy',
  params: MatmulParams,
  measures: (params) => [
    'wrongElements',
    ...(isVector(params)
      ? ['vectorThroughput']
      : ['resultDigest', params.dtype === 'int8' ? 'integerThroughput' : 'throughput']),
  ],
  concerns: (params) => (isVector(params) ? concernOf(params) : undefined),
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
