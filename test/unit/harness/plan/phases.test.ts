import { expect, it } from 'vitest';
import { phasesOf } from '../../../../harness/plan/phases.ts';
import type { PlannedStep } from '../../../../harness/plan/plan.ts';

const step = (name: string, session: number, together?: string): PlannedStep => ({
  step: name,
  node: 'n',
  entry: 'e',
  workload: 'w',
  tool: 't',
  params: {},
  repetition: 1,
  session,
  budgetMs: 1,
  ...(together === undefined ? {} : { together }),
});

it('brings a plan through its first session, its soak, and each later session', () => {
  const steps = [step('s3', 3), step('a', 1), step('w1', 1, 'w1'), step('s2', 2), step('w2', 1, 'w2')];
  expect(phasesOf({ steps }).map(({ isOf }) => steps.filter(isOf).map((each) => each.step))).toEqual([
    ['a'],
    ['w1', 'w2'],
    ['s2'],
    ['s3'],
  ]);
});

it('has one phase of a plan without steps', () => {
  expect(phasesOf({ steps: [] })).toHaveLength(1);
});
