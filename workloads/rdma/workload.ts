import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** 1.6 Tbit/s, the fastest port of 2026, twice where both ways are added up. */
const fastest = 2 * 1.6e12;

const shared = {
  /** Those that are measured, by the kernel's names; absent: all of InfiniBand, or of Ethernet where there is no other. */
  cards: z
    .array(z.string().regex(/^[\w.-]{1,40}$/))
    .min(1)
    .max(64)
    .optional(),
  /** How long one end of a test waits for the other. */
  joinSeconds: z.number().int().min(1).max(600).default(20),
};

export const RdmaParams = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('bandwidth'),
    /** Of one write. */
    bytes: z
      .number()
      .int()
      .min(1024)
      .max(8 * 2 ** 20),
    queuePairs: z.number().int().min(1).max(64),
    /** Of each test; perftest leaves the first two and the last two out, or a quarter. */
    seconds: z.number().int().min(1).max(600),
    ...shared,
  }),
  z.strictObject({
    what: z.literal('latency'),
    bytes: z.number().int().min(1).max(4096),
    iterations: z.number().int().min(100).max(1_000_000),
    ...shared,
  }),
]);
export type RdmaParams = z.infer<typeof RdmaParams>;

const none = (why: string) => ({ best: () => 0, why });

/** Remote direct memory access between network cards: each of one node with the one at the same place of another. */
export const rdma = defineWorkload({
  id: 'rdma',
  title: 'RDMA between two network cards',
  scope: 'pair',
  load: 'light',
  params: RdmaParams,
  measures: ({ what }) =>
    what === 'latency'
      ? ['latency', 'failedOperations', 'portErrors', 'symbolErrorRate']
      : ['bandwidth', 'efficiency', 'failedOperations', 'portErrors', 'symbolErrorRate'],
  metrics: {
    bandwidth: {
      unit: 'bit/s',
      better: 'higher',
      domain: 'positive',
      title: 'RDMA, bandwidth',
      bound: { best: () => fastest, why: 'ports of 1.6 Tbit/s, both ways' },
    },
    efficiency: {
      unit: 'ratio',
      better: 'higher',
      domain: 'nonNegative',
      title: 'RDMA, bandwidth as a share of what the port sends at most',
      bound: { best: () => 1.01, why: 'the rate of the port, which the kernel tells in whole Gbit/s' },
    },
    latency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'RDMA, latency of one operation',
      bound: { best: () => 0.2e-6, why: 'twice through the cards alone' },
    },
    failedOperations: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Operations that a card ended with an error',
      correctness: true,
    },
    portErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Times that a port lost its link or had more than its buffers hold while it was tested',
      bound: none('no error'),
      state: true,
    },
    symbolErrorRate: {
      unit: 'Hz',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Symbol errors a second of a port while it was tested',
      bound: none('no error'),
      state: true,
    },
  },
});
export type RdmaMetrics = typeof rdma.metrics;
export type RdmaReading = Reading<RdmaMetrics>;
