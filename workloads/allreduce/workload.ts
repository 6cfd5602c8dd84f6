import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** Bytes of the vector on each rank, whole elements of both number formats. */
const vectorBytes = z
  .number()
  .int()
  .multipleOf(4)
  .min(1024)
  .max(64 * 2 ** 20);

export const AllreduceParams = z
  .strictObject({
    dtype: z.enum(['float32', 'bfloat16']),
    minBytes: vectorBytes,
    maxBytes: vectorBytes,
    /** From one size to the next. */
    factor: z.literal([2, 4, 8, 16]),
    /** For each size, warm-up and checks included; three iterations are made whatever they take. */
    seconds: z.number().min(0.05).max(3600),
  })
  .refine(({ minBytes, maxBytes }) => minBytes <= maxBytes, {
    error: 'expected minBytes to be at most maxBytes',
    path: ['minBytes'],
  });
export type AllreduceParams = z.infer<typeof AllreduceParams>;

/** More than any host moves through its memory, let alone through TCP. */
const bandwidth = { best: () => 1e12, why: 'the memory of a host' };

export const allreduce = defineWorkload({
  id: 'allreduce',
  title: 'All-reduce across nodes (MPI over TCP)',
  scope: 'group',
  load: 'heavy',
  params: AllreduceParams,
  gives: (params) => ({ bytes: listSizes(params) }),
  metrics: {
    busBandwidth: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'All-reduce, bus bandwidth (MPI over TCP)',
      bound: bandwidth,
    },
    algorithmBandwidth: {
      unit: 'B/s',
      better: 'higher',
      domain: 'positive',
      title: 'All-reduce, algorithm bandwidth (MPI over TCP)',
      bound: bandwidth,
    },
    latency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'All-reduce, time of one operation (MPI over TCP)',
      bound: { best: () => 0.1e-6, why: 'one line of a cache from core to core' },
    },
    wrongValues: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Elements of all-reduce results that differ from the exact sum',
      correctness: true,
    },
  },
});
export type AllreduceMetrics = typeof allreduce.metrics;
export type AllreduceReading = Reading<AllreduceMetrics>;

/** The vector sizes of a step, as native/allreduce.c goes through them. */
export function listSizes({ minBytes, maxBytes, factor }: AllreduceParams): readonly number[] {
  const sizes: number[] = [];
  for (let bytes = minBytes; bytes <= maxBytes; bytes *= factor) sizes.push(bytes);
  return sizes;
}

/** One rank on each member; a member alone runs two, which is all-reduce without a network. */
export const countRanks = ({ members }: { readonly members: readonly unknown[] }): number =>
  members.length === 1 ? 2 : members.length;
