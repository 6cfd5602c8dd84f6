import { expect, it } from 'vitest';
import { loadedNodes } from '../../../../harness/plan/loaded-nodes.ts';
import type { PlannedStep } from '../../../../harness/plan/plan.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';

const registry = await loadRegistry();
const cards = {
  target: 'device',
  on: 'accelerators',
  concurrency: 'alone',
  kernel: 'fp32',
  size: 4096,
  seconds: 60,
};
const cpu = { ...cards, on: 'cpu' };
// Only what is looked at.
const step = (node: string, params: object, together?: string) =>
  ({ node, workload: 'matmul', params, together }) as unknown as PlannedStep;

it('tells whose accelerators are loaded, and beside whose the processors are', () => {
  const steps = [
    step('a', cards),
    step('b', cards, 'w1'),
    step('c', cpu, 'w1'),
    step('d', cards),
    step('d', cpu, 'w1'),
  ];
  const { all, accelerators, soaked } = loadedNodes({ steps }, registry);
  expect([all, accelerators, soaked].map((nodes) => [...nodes].join(' '))).toEqual(['a b c d', 'a b d', 'b']);
});
