import { describe, expect, it } from 'vitest';
import { StepClock } from '../../../../harness/cli/step-clock.ts';

const step = (node: string, name: string, entry: string, budgetMs = 60_000) => ({
  node,
  step: name,
  entry,
  budgetMs,
});

describe('the time that a run has left', () => {
  it('is unknown until a step has ended', () => {
    const clock = new StepClock();
    clock.expect([step('a', '1', 'hash')]);
    expect(clock.leftMs(0, 1)).toBeUndefined();
    clock.started(step('a', '1', 'hash'), 0);
    expect(clock.leftMs(5_000, 1)).toBeUndefined();
  });

  it('is what the steps of an entry really took, of the node that has most of them', () => {
    const clock = new StepClock();
    const steps = [
      step('a', '1', 'hash'),
      step('a', '2', 'hash'),
      step('a', '3', 'hash'),
      step('b', '1', 'hash'),
    ];
    clock.expect(steps);
    clock.started(step('a', '1', 'hash'), 0);
    clock.ended(step('a', '1', 'hash'), 10_000);
    expect(clock.leftMs(10_000, 3)).toBe(20_000);
    // What has begun has less left, and never less than nothing.
    clock.started(step('a', '2', 'hash'), 10_000);
    expect(clock.leftMs(14_000, 3)).toBe(16_000);
    expect(clock.leftMs(40_000, 3)).toBe(10_000);
  });

  it('takes a part of the budget, as others did, for an entry of which nothing ended', () => {
    const clock = new StepClock();
    clock.expect([step('a', '1', 'hash', 60_000), step('a', '2', 'matmul', 120_000)]);
    clock.started(step('a', '1', 'hash', 60_000), 0);
    clock.ended(step('a', '1', 'hash', 60_000), 6_000);
    expect(clock.leftMs(6_000, 1)).toBe(12_000);
  });

  it('counts what is open of a run that is gone on with, not all that was planned', () => {
    const clock = new StepClock();
    clock.expect([1, 2, 3, 4].map((name) => step('a', `${name}`, 'hash')));
    clock.started(step('a', '3', 'hash'), 0);
    clock.ended(step('a', '3', 'hash'), 10_000);
    // Two had ended before.
    expect(clock.leftMs(10_000, 1)).toBe(10_000);
  });
});

it('names the step that has been running for longest', () => {
  const clock = new StepClock();
  clock.started(step('a', '1', 'hash'), 0);
  clock.started(step('b', '1', 'matmul'), 5_000);
  expect(clock.slowest(9_000)).toMatchObject({ ms: 9_000, step: { node: 'a' } });
  clock.ended(step('a', '1', 'hash'), 9_000);
  expect(clock.slowest(9_000)).toMatchObject({ ms: 4_000, step: { node: 'b' } });
});
