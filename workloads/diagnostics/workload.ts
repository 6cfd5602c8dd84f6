import * as z from 'zod';
import type { Reading } from '../kit/tool.ts';
import { defineWorkload } from '../kit/workload.ts';

/** How much is tested: 1 software and settings, seconds; 2 memory and link too, minutes; 3 sustained load too, up to half an hour. */
export const DiagnosticsParams = z.strictObject({ level: z.literal([1, 2, 3]) });
export type DiagnosticsParams = z.infer<typeof DiagnosticsParams>;

/** What the maker's own diagnostics say of accelerators. The tests and their limits are the maker's. */
export const diagnostics = defineWorkload({
  id: 'diagnostics',
  title: "The maker's diagnostics of accelerators",
  scope: 'node',
  load: ({ level }) => (level === 1 ? 'light' : 'heavy'),
  params: DiagnosticsParams,
  concerns: () => 'accelerators',
  metrics: {
    failures: {
      unit: 'count',
      better: 'lower',
      domain: 'count',
      title: "Tests of the maker's diagnostics that failed",
      bound: { best: () => 0, why: 'no failure' },
      state: true,
    },
  },
});
export type DiagnosticsReading = Reading<typeof diagnostics.metrics>;
