import { expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { mergeFacts } from '../../../../support/constructed/facts.ts';
import type { ConstructedStep } from '../../../../support/constructed-run.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const windows = (...speeds: readonly (number | undefined)[]): readonly ConstructedStep[] =>
  speeds.map((speed, index) => ({
    entry: 'soak-copy',
    workload: 'copy',
    repetition: index + 1,
    isOfSoak: true,
    execution: speed === undefined ? 'error' : 'completed',
    samples:
      speed === undefined
        ? []
        : [
            { metric: 'copy.speed', value: speed, dimensions: { during: 'soak' } },
            { metric: 'copy.wrong', value: 0, dimensions: { during: 'soak' } },
          ],
  }));
const alone: ConstructedStep = {
  entry: 'copy',
  workload: 'copy',
  samples: [
    { metric: 'copy.speed', value: 20 },
    { metric: 'copy.wrong', value: 0 },
  ],
};

function cellOf(...steps: readonly ConstructedStep[]): string {
  const rule = { kind: 'metric', metric: 'copy.speed' } as const;
  const run = constructRun({
    profile: constructProfile([constructRequirement({ id: 'under-load', sampling: 'windows', rule })]),
    limits: [constructLimit({ id: 'rate', metric: 'copy.speed', value: 10, unit: 'B/s' })],
    nodes: [{ id: 'n', facts: mergeFacts({}), steps }],
  });
  const [cell] = tell(judge(run).cells);
  return `${cell?.verdict}: ${cell?.reason}`;
}

it('the speeds of the windows of a soak are judged as one run, and no other speed with them', () => {
  expect(cellOf(alone, ...windows(11, 11, 9, 11, 11, 11, 11, 11))).toMatch(
    /^pass: .*: 7 of 8 windows of the soak hold \(needed: 7\)$/,
  );
  expect(cellOf(alone, ...windows(9, 9, 11, 9, 9, 9, 9, 9))).toMatch(/^fail: .*: 1 of 8 windows/);
  expect(cellOf(alone, ...windows(11, 11, 9, 9, 11, 11, 11, 11))).toMatch(/^inconclusive: .*: 6 of 8/);
  expect(cellOf(alone, ...windows(11, 11, 11, 11))).toMatch(/^inconclusive: .*of which 5 decide/);
  expect(cellOf(alone, ...windows(11, 11, undefined, 11, 11, 11))).toMatch(/^invalid: /);
  expect(cellOf(alone)).toMatch(/^missing: /);
});
