import { describe, expect, it } from 'vitest';
import { judge } from '../../../../harness/judge/judge.ts';
import { contradictions } from '../../../../reports/verdict/contradictions.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { nameOf } from '../../../../workloads/kit/subject.ts';
import { h100, mergeFacts } from '../../../support/constructed/facts.ts';
import {
  constructLimit,
  constructProfile,
  constructRequirement,
  constructRun,
} from '../../../support/constructed-run.ts';

const uuid = (index: number): string => `GPU-00000000-0000-4000-8000-00000000000${index}`;
const profile = constructProfile([
  constructRequirement({
    id: 'gemm',
    scope: 'accelerator',
    sampling: 'exact',
    rule: { kind: 'metric', metric: 'matmul.throughput' },
  }),
]);

/** A block of which each node has two accelerators with these speeds. */
const judged = (speeds: readonly (readonly [number, number])[]) => {
  const verdict = judge(
    constructRun({
      profile,
      limits: [constructLimit({ id: 'gemm', metric: 'matmul.throughput', value: 500, unit: 'FLOP/s' })],
      nodes: speeds.map(([first, second], index) => ({
        id: `n${index + 1}`,
        facts: mergeFacts({ accelerators: known([h100(0), h100(1)]) }),
        steps: [
          {
            entry: 'gemm',
            workload: 'matmul',
            samples: [
              { metric: 'matmul.throughput', value: first, device: uuid(0) },
              { metric: 'matmul.throughput', value: second, device: uuid(1) },
              { metric: 'matmul.wrongMatrixElements', value: 0 },
            ],
          },
        ],
      })),
    }),
  );
  expect(contradictions(verdict)).toEqual([]);
  return verdict;
};
/** The second slot is hotter in every node, and 8 % slower. */
const healthy = Array.from({ length: 16 }, (_, index): [number, number] => [
  700 + Math.sin(7 * index),
  644 + Math.sin(5 * index),
]);

describe('what is unlike the others', () => {
  it('is found by its slot, and is no cell', () => {
    expect(judged(healthy).outliers).toBeUndefined();
    const [, , third, ...more] = healthy;
    const verdict = judged([...healthy.slice(0, 2), [third?.[0] ?? 0, 600], ...more]);
    expect(verdict.outliers).toMatchObject([
      {
        kind: 'outliers',
        metric: 'matmul.throughput',
        slot: 'accelerator 1',
        of: 16,
        parts: [{ value: 600 }],
      },
    ]);
    const [found] = verdict.outliers ?? [];
    expect(found?.parts.map(({ subject }) => nameOf(subject))).toEqual([`n3/${uuid(1)}`]);
    expect(verdict.cells.every(({ verdict: how }) => how === 'pass')).toBe(true);
  });

  it('is two groups where there are two kinds, and nobody in a few nodes', () => {
    const slow = healthy.map(([first, second], index): [number, number] => [
      index < 6 ? 0.9 * first : first,
      second,
    ]);
    expect(judged(slow).outliers).toMatchObject([{ kind: 'two-groups', slot: 'accelerator 0', of: 16 }]);
    expect(judged(slow).outliers?.[0]?.parts).toHaveLength(6);
    expect(judged([...healthy.slice(0, 6), [600, 600]]).outliers).toBeUndefined();
  });
});
