import * as z from 'zod';
import type { Dimensions } from '../kit/sample.ts';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

export const MatmulParams = z.strictObject({
  dtype: z.enum(['fp32', 'fp16', 'bf16', 'int8']),
  /** Rows and columns of each of the three square matrices. */
  size: z.number().int().min(64).max(32768),
  cores: z.enum(['one', 'all']),
  seconds: z.number().min(0.1).max(3600),
});
export type MatmulParams = z.infer<typeof MatmulParams>;

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
    wrongElements: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Checked elements outside the error bound of a right multiplication',
      correctness: true,
    },
  },
});
export type MatmulMetrics = typeof matmul.metrics;
export type MatmulReading = Reading<MatmulMetrics>;
