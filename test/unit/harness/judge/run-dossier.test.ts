import { describe, expect, it } from 'vitest';
import { RunDossier } from '../../../../harness/judge/run-dossier.ts';
import type { RunMaterial } from '../../../../harness/store/run-material.ts';
import { constructBlock } from '../../../support/constructed/block.ts';
import type { ConstructedStep } from '../../../support/constructed-run.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../support/constructed-run.ts';

const profile = constructProfile([
  constructRequirement({ id: 'right', rule: { kind: 'metric', metric: 'copy.wrong' } }),
]);

/** The same run with every step of this name put in the place of by another. */
const replaced = (run: RunMaterial, name: string): RunMaterial => ({
  ...run,
  plan: run.plan && {
    ...run.plan,
    steps: run.plan.steps.flatMap((step) =>
      step.step === name ? [step, { ...step, step: `a1-${name}`, replaces: name }] : [step],
    ),
  },
});

const dueOn = (run: RunMaterial, id: string): readonly string[] => [
  ...new RunDossier(run).plannedFor(id).keys(),
];

describe('a step that another was put in place of', () => {
  const ended = (execution: NonNullable<ConstructedStep['execution']>): RunMaterial =>
    replaced(
      constructRun({
        profile,
        nodes: [{ id: 'n', facts: {}, steps: [{ entry: 'copy', workload: 'copy', execution }] }],
      }),
      'r1-copy',
    );

  it.each([
    'cancelled',
    'lost-contact',
  ] as const)('is waited for no more when it ended as %s', (execution) => {
    expect(dueOn(ended(execution), 'n')).toEqual(['a1-r1-copy']);
  });

  it.each([
    'completed',
    'error',
    'timeout',
    'lost',
    'refused',
    'none',
  ] as const)('stays due when its own evidence says %s', (execution) => {
    expect(dueOn(ended(execution), 'n')).toEqual(['r1-copy', 'a1-r1-copy']);
  });

  it('is what several did together as its leader ended', () => {
    const both = ['t1', 'a1-t1'];
    const pair = (execution: 'cancelled' | 'timeout') =>
      replaced(constructBlock(['a', 'b'], [{ members: ['a', 'b'], execution }]), 't1');
    expect(dueOn(pair('cancelled'), 'a+b')).toEqual(['a1-t1']);
    // The member's own part was cancelled then, since the leader had ended.
    expect(dueOn(pair('timeout'), 'a+b')).toEqual(both);
  });
});
