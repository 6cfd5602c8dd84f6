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

const ofNode = ['busbw', 'algbw', 'latency', 'wrongElements', 'socketConnections'] as const;
/** What network cards say of sums that several nodes make. */
const ofRails = ['railEfficiency', 'railsUsed', 'railSpread', 'wireShare'] as const;

export const collective = defineWorkload({
  id: 'collective',
  title: 'Collectives between accelerators (NCCL)',
  scope: ({ span }) => (span === 'nodes' ? 'group' : 'node'),
  load: 'heavy',
  params: CollectiveParams,
  concerns: () => 'accelerators',
  gives: (params) => ({ bytes: listSizes(params) }),
  measures: ({ span }) => (span === 'nodes' ? [...ofNode, ...ofRails] : ofNode),
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
    railEfficiency: {
      unit: 'ratio',
      better: 'higher',
      domain: 'nonNegative',
      title: 'Bus bandwidth as a share of what all rails of a node send at most',
      bound: { best: () => 2, why: 'trees of two nodes send half of what bus bandwidth counts' },
    },
    railsUsed: {
      unit: 'count',
      better: 'higher',
      domain: 'count',
      title: 'Rails of a node that carried their part',
      bound: { best: () => 64, why: 'several times as many as any machine has' },
      state: true,
    },
    railSpread: {
      unit: 'ratio',
      better: 'lower',
      domain: 'nonNegative',
      title: 'How far a rail is off an equal share of what all sent',
      bound: { best: () => 0, why: 'all carry the same' },
      state: true,
    },
    wireShare: {
      unit: 'ratio',
      better: 'higher',
      domain: 'nonNegative',
      title: 'What the rails of a node sent, as a share of what the sums had to send',
      bound: {
        best: () => 20,
        why: 'a protocol of small sums sends twice what it carries, and headers are smaller',
      },
      state: true,
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
