import { expect, it } from 'vitest';
import type { PlannedStep } from '../../../../harness/plan/plan.ts';
import { planAgain } from '../../../../harness/plan/plan-again.ts';
import { planGroup } from '../../../../harness/plan/plan-groups.ts';

const nodes = ['a', 'b'];
const pair = planGroup(
  nodes.map((node, index) => ({ node, tool: 't', network: '10.0.0.0/24', address: `10.0.0.${index}` })),
  { id: 'pairs', workload: 'collective', params: {}, budgetSeconds: 1 },
  { step: 'r1-pairs', repetition: 1 },
);
const beside = nodes.map(
  (node): PlannedStep => ({
    step: 'r1-pairs-beside',
    node,
    entry: 'record',
    workload: 'accelerator-health',
    tool: 'record',
    params: {},
    repetition: 1,
    session: 1,
    budgetMs: 1000,
    beside: 'r1-pairs',
  }),
);

it('repeats what goes on beside a step of several nodes with it, or not at all', () => {
  const again = planAgain([...beside, ...pair], () => 'cancelled');
  expect(again.map(({ node, step, replaces, beside: of }) => [node, step, replaces, of])).toEqual([
    ['a', 'a1-r1-pairs-beside', 'r1-pairs-beside', 'a1-r1-pairs'],
    ['b', 'a1-r1-pairs-beside', 'r1-pairs-beside', 'a1-r1-pairs'],
    ['a', 'a1-r1-pairs', 'r1-pairs', undefined],
    ['b', 'a1-r1-pairs', 'r1-pairs', undefined],
  ]);
  expect(
    planAgain([...beside, ...pair], (_, step) => (step === 'r1-pairs' ? 'completed' : 'cancelled')),
  ).toEqual([]);
});
