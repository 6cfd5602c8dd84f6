import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** All accelerators are asked, in one way. */
export const AcceleratorHealthParams = z.strictObject({});

/** What accelerators have counted in their life. Nothing is measured, set or reset. */
export const acceleratorHealth = defineWorkload({
  id: 'accelerator-health',
  title: 'Error counters of accelerators',
  scope: 'device',
  load: 'light',
  params: AcceleratorHealthParams,
  concerns: () => 'accelerators',
  metrics: {
    uncorrectedErrors: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: 'Memory errors of the accelerator that could not be corrected',
      bound: { best: () => 0, why: 'no error' },
      state: true,
    },
  },
});
export type AcceleratorHealthReading = Reading<typeof acceleratorHealth.metrics>;
