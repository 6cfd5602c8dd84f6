import * as z from 'zod';
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
    },
    integerThroughput: {
      unit: 'OP/s',
      better: 'higher',
      domain: 'positive',
      title: 'Integer matrix multiplication',
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
