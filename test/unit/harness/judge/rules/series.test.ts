import { expect, it } from 'vitest';
import { asDecided, metricsInSeries } from '../../../../../harness/config/as-series.ts';
import { judge } from '../../../../../harness/judge/judge.ts';
import type { KnownSeries } from '../../../../../harness/store/known-series.ts';
import { contradictions } from '../../../../../reports/verdict/contradictions.ts';
import { known } from '../../../../../workloads/kit/facts/fact.ts';
import { h100, mergeFacts } from '../../../../support/constructed/facts.ts';
import type { ConstructedStep } from '../../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const device = 'GPU-00000000-0000-4000-8000-000000000000';
const usual: KnownSeries = {
  // As the facts of constructed machines say it.
  machine: '0123456789abcdef0123456789abcdef',
  device,
  metric: 'copy.speed',
  dimensions: '[["size",4]]',
  tool: 'tool 1.2',
  unit: 'B/s',
  better: 'higher',
  middle: 20,
  scale: 0.01,
  nights: 12,
};
const runs = (...speeds: readonly number[]): readonly ConstructedStep[] =>
  speeds.map((value, index) => ({
    entry: 'copy',
    workload: 'copy',
    repetition: index + 1,
    samples: [
      { metric: 'copy.speed', value, device, dimensions: { size: 4 } },
      { metric: 'copy.wrong', value: 0, device, dimensions: { size: 4 } },
    ],
  }));
const profile = constructProfile([
  constructRequirement({
    id: 'rate',
    scope: 'accelerator',
    sampling: 'typical',
    sessions: ['start', 'after-boot'],
    rule: { kind: 'metric', metric: 'copy.speed' },
  }),
]);

function judged(speeds: readonly number[], series: readonly KnownSeries[] | undefined) {
  const run = constructRun({
    profile: asDecided(profile, { series: true }),
    limits: [constructLimit({ id: 'rate', metric: 'copy.speed', value: 10, unit: 'B/s' })],
    nodes: [
      {
        id: 'n',
        facts: mergeFacts({ accelerators: known([h100(0)]) }),
        steps: runs(...speeds),
      },
    ],
  });
  const verdict = judge({ ...run, ...(series === undefined ? {} : { series }) });
  expect(contradictions(verdict)).toEqual([]);
  const [cell] = tell(verdict.cells);
  return { kind: verdict.kind, cell: `${cell?.sampling} ${cell?.verdict}: ${cell?.reason}` };
}
const cellOf = (speeds: readonly number[], series?: readonly KnownSeries[]) => judged(speeds, series).cell;

it('a night of a series is held against the limit and against what is usual for its subject', () => {
  expect(cellOf([20, 20.1, 19.9], [usual])).toMatch(
    /^series pass: .*median of 3 runs holds, 0.0 % better than usual \(12 nights\)$/,
  );
  expect(cellOf([19, 19, 19], [usual])).toMatch(
    /^series inconclusive: .*5.0 % worse than usual .*another night has to confirm that$/,
  );
  expect(cellOf([17, 17, 17], [usual])).toMatch(/^series fail: .*15.0 % worse than usual/);
  expect(cellOf([8, 8, 8], [usual])).toMatch(
    /^series fail: .*misses the limit by more than 10 %, and it is 60.0 % worse than usual/,
  );
  expect(cellOf([20, 20], [usual])).toMatch(/^series inconclusive: .*2 runs of tonight, of which 3 decide/);
  // A report that rests on it is no test report.
  expect(judged([20, 20, 20], [usual]).kind).toBe('screening report');
});

it.each([
  ['none', undefined],
  ['of another machine', [{ ...usual, machine: 'S2' }]],
  ['of the machine and not of its device', [{ ...usual, device: undefined }]],
  ['of another device', [{ ...usual, device: 'GPU-other' }]],
  ['with another size', [{ ...usual, dimensions: '[["size",8]]' }]],
  ['by another tool', [{ ...usual, tool: 'other 1.2' }]],
  ['in another unit', [{ ...usual, unit: 'bit/s' }]],
] as const)('what is usual is not known by nights before: %s', (_, series) => {
  expect(cellOf([20, 20, 20], series as readonly KnownSeries[] | undefined)).toMatch(
    /^series inconclusive: .*what is usual for it is not known yet/,
  );
});

it('a suite that is a night of a series asks for no sessions, and what has no past is screened', () => {
  const together = constructProfile([
    ...profile.requirements,
    constructRequirement({
      id: 'pair',
      scope: 'pair',
      sampling: 'typical',
      rule: { kind: 'metric', metric: 'allreduce.busBandwidth' },
    }),
    constructRequirement({
      id: 'near',
      scope: 'accelerator',
      sampling: 'typical',
      rule: { kind: 'siblings', metric: 'copy.speed' },
    }),
    constructRequirement({ id: 'right', rule: { kind: 'metric', metric: 'copy.wrong' } }),
  ]);
  expect(asDecided(together, {})).toBe(together);
  const decided = asDecided(together, { series: true });
  expect(decided.requirements.map(({ id, sampling, sessions }) => [id, sampling, sessions])).toEqual([
    ['rate', 'series', undefined],
    ['pair', 'screening', undefined],
    ['near', 'screening', undefined],
    ['right', 'exact', undefined],
  ]);
  expect(metricsInSeries(decided)).toEqual(new Set(['copy.speed']));
});
