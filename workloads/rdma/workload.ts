import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** 1.6 Tbit/s, the fastest port of 2026, twice where both ways are added up. */
const fastest = 2 * 1.6e12;

/** Remote direct memory access between two network cards. Nothing here runs it yet: logs of others are read. */
export const rdma = defineWorkload({
  id: 'rdma',
  title: 'RDMA between two network cards',
  scope: 'pair',
  load: 'light',
  params: z.strictObject({}),
  metrics: {
    bandwidth: {
      unit: 'bit/s',
      better: 'higher',
      domain: 'positive',
      title: 'RDMA, bandwidth',
      bound: { best: () => fastest, why: 'ports of 1.6 Tbit/s, both ways' },
    },
    latency: {
      unit: 's',
      better: 'lower',
      domain: 'positive',
      title: 'RDMA, latency of one operation',
      bound: { best: () => 0.2e-6, why: 'twice through the cards alone' },
    },
  },
});
export type RdmaMetrics = typeof rdma.metrics;
export type RdmaReading = Reading<RdmaMetrics>;
