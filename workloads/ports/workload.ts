import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** Between the two looks at each port. */
export const PortsParams = z.strictObject({ seconds: z.number().min(0.1).max(3600) });
export type PortsParams = z.infer<typeof PortsParams>;

const none = (why: string) => ({ best: () => 0, why });

/** What network ports count of themselves. Nothing is sent, set or reset. */
export const ports = defineWorkload({
  id: 'ports',
  title: 'Error counters of network ports',
  scope: 'device',
  load: 'light',
  params: PortsParams,
  metrics: {
    errors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Times that a port lost its link or had more than its buffers hold',
      bound: none('no error'),
      state: true,
    },
    correctedErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Errors of a port that the link or its protocol made good',
      bound: none('no error'),
      state: true,
    },
    symbolErrorRate: {
      unit: 'Hz',
      better: 'lower',
      domain: 'nonNegative',
      title: 'Symbol errors a second',
      bound: none('no error'),
      state: true,
    },
    activeRate: {
      unit: 'bit/s',
      better: 'higher',
      domain: 'nonNegative',
      title: 'Rate of a port that is active',
      bound: { best: () => 1.6e12, why: '1.6 terabits a second, of the fastest port that is announced' },
      state: true,
    },
  },
});
export type PortsReading = Reading<typeof ports.metrics>;
