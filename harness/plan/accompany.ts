import type { Registry } from '../../workloads/registry.ts';
import { commandBeside } from '../../workloads/registry.ts';
import type { PlannedStep } from './plan.ts';
import { isOfSoak } from './soak-windows.ts';

/** For what goes on beside a step of several nodes: its time is theirs. */
const besideMs = 15_000;

/**
 * What records the accelerators of a node while others load them goes on beside each step that several nodes load theirs in, too: a
 * fault that came then was seen by nothing else. `alone` are planned steps, those that record among them.
 */
export function accompany(
  across: readonly PlannedStep[],
  alone: readonly PlannedStep[],
  registry: Registry,
): readonly PlannedStep[] {
  const recorders = new Map<string, PlannedStep>();
  for (const step of alone)
    if (
      step.together === undefined &&
      commandBeside(registry, step) !== undefined &&
      !recorders.has(step.node)
    )
      recorders.set(step.node, step);
  return across.flatMap((step): readonly PlannedStep[] => {
    const recorder = recorders.get(step.node);
    const isLoad =
      registry.get(step.workload)?.workload.concerns?.(step.params) === 'accelerators' && !isOfSoak(step);
    return recorder === undefined || !isLoad ? [] : [besideOf(recorder, step)];
  });
}

/** What a node does by itself as it does it beside a step of several nodes; one that was added fills no cell either. */
export const besideOf = (
  recorder: PlannedStep,
  { step, session, repetition, isExtra }: PlannedStep,
): PlannedStep => ({
  ...recorder,
  step: `${step}-beside`,
  session,
  repetition,
  beside: step,
  budgetMs: besideMs,
  ...(isExtra === true ? { isExtra } : {}),
});
