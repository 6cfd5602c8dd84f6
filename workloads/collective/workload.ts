import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** Bytes of the vector on each rank, whole elements of both number formats. */
const vectorBytes = z
  .number()
  .int()
  .multipleOf(4)
  .min(1024)
  .max(64 * 2 ** 30);

export const CollectiveParams = z
  .strictObject({
    collective: z.literal('allReduce').default('allReduce'),
    /** All accelerators of one node, or those of several nodes together. */
    span: z.enum(['node', 'nodes']).default('node'),
    dtype: z.enum(['fp32', 'bf16']),
    /** `ring`: NCCL is told to use rings and nothing else; `auto`: it chooses for each size. */
    algorithm: z.enum(['ring', 'auto']),
    minBytes: vectorBytes,
    maxBytes: vectorBytes,
    /** From one size to the next. */
    factor: z.literal([2, 4, 8, 16]),
    /** That are timed, of each size; five are made before, and checked like those. */
    iterations: z.number().int().min(1).max(100).default(20),
    /** How long the ranks may take to find each other. */
    joinSeconds: z.number().min(1).max(600).default(120),
    /** How long one sum may take, beside a second for each 500 MB. */
    callSeconds: z.number().min(1).max(600).default(30),
  })
  .refine(({ minBytes, maxBytes }) => minBytes <= maxBytes, {
    error: 'expected minBytes to be at most maxBytes',
    path: ['minBytes'],
  })
  .refine((params) => listSizes(params).length <= mostSizes, {
    error: 'expected at most 16 sizes',
    path: ['maxBytes'],
  });
export type CollectiveParams = z.infer<typeof CollectiveParams>;

/** SIZES_AT_MOST of native/nccl.c. */
const mostSizes = 16;

/** Twice what the NVLink of 2026 carries each way (1.8 TB/s): switches that add save half of the way. */
const bandwidth = {
  best: () => 3.6e12,
  why: 'twice what NVLink 6 carries each way, for switches that add',
};

export const collective = defineWorkload({
  id: 'collective',
  title: 'Collectives between accelerators (NCCL)',
  scope: ({ span }) => (span === 'nodes' ? 'group' : 'node'),
  load: 'heavy',
  params: CollectiveParams,
  concerns: () => 'accelerators',
  gives: (params) => ({ bytes: listSizes(params) }),
  metrics: {
    busbw: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'All-reduce, bus bandwidth',
      bound: bandwidth,
    },
    algbw: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'All-reduce, algorithm bandwidth',
      bound: bandwidth,
    },
    latency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'All-reduce, time of one operation',
      bound: { best: () => 1e-6, why: 'one kernel that does nothing' },
    },
    wrongElements: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Elements of results of a collective that differ from the exact sum',
      correctness: true,
    },
    socketConnections: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Connections between ranks that NCCL made through TCP sockets',
      bound: { best: () => 0, why: 'none' },
      state: true,
    },
  },
});
export type CollectiveMetrics = typeof collective.metrics;
export type CollectiveReading = Reading<CollectiveMetrics>;

interface Sizes {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly factor: number;
}

/** The vector sizes of a step, as native/nccl.c goes through them. */
export function listSizes({ minBytes, maxBytes, factor }: Sizes): readonly number[] {
  const sizes: number[] = [];
  for (let bytes = minBytes; bytes <= maxBytes; bytes *= factor) sizes.push(bytes);
  return sizes;
}

/**
 * Bus bandwidth of an all-reduce, in B/s: what each rank's link carries if rings are used, comparable over numbers of ranks
 * (nccl-tests, doc/PERFORMANCE.md: algbw × 2(n−1)/n).
 */
export const busOfAllReduce = (algbw: number, ranks: number): number => (algbw * 2 * (ranks - 1)) / ranks;
