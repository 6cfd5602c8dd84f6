import type { RunMaterial } from '../../harness/store/run-material.ts';
import { known } from '../../workloads/kit/facts/fact.ts';
import { h100, mergeFacts } from './constructed/facts.ts';
import { constructLimit, constructProfile, constructRequirement, constructRun } from './constructed-run.ts';

/** A soak of one node, a device of it copying at such speeds, window by window; in one with a wrong result its speed is none. */
export function soaked(speeds: readonly number[], wrongIn?: number): RunMaterial {
  const device = 'GPU-00000000-0000-4000-8000-000000000000';
  const rule = (metric: string) => ({ kind: 'metric', metric }) as const;
  return constructRun({
    profile: constructProfile([
      constructRequirement({
        id: 'under-load',
        sampling: 'windows',
        scope: 'accelerator',
        rule: rule('copy.speed'),
      }),
      constructRequirement({ id: 'right', rule: rule('copy.wrong') }),
      constructRequirement({ id: 'grown', rule: rule('memory.machineChecks') }),
    ]),
    limits: [
      constructLimit({ id: 'rate', metric: 'copy.speed', value: 10, unit: 'B/s' }),
      constructLimit({ id: 'none', metric: 'copy.wrong', value: 0, unit: 'count', comparator: 'atMost' }),
      constructLimit({
        id: 'growth',
        metric: 'memory.machineChecks',
        statistic: 'growth',
        value: 0,
        unit: 'count',
        comparator: 'atMost',
      }),
    ],
    nodes: [
      {
        id: 'n',
        facts: mergeFacts({ accelerators: known([h100(0)]) }),
        // Windows are told of in the order in which their names sort: w10 before w2.
        steps: speeds.map((value, index) => ({
          entry: 'soak-copy',
          workload: 'copy',
          repetition: index + 1,
          isOfSoak: true,
          samples: [
            { metric: 'copy.speed', value, device, dimensions: { during: 'soak' } },
            {
              metric: 'copy.wrong',
              value: Number(index + 1 === wrongIn),
              device,
              dimensions: { during: 'soak' },
            },
            { metric: 'memory.machineChecks', value: index, dimensions: { during: 'soak' } },
          ],
        })),
      },
    ],
  });
}
