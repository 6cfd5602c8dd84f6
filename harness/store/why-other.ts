import type { StepResult } from '../../agents/protocol/step.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { PlannedStep } from '../plan/plan.ts';

/** Why a step is not the one that was planned under its name; a step that nobody planned is told elsewhere. */
export function whyOther(
  step: StepResult,
  planned: PlannedStep | undefined,
): Extract<Said, { readonly say: 'not-as-planned' }> | undefined {
  // A step that a dead agent left open is closed by its successor, which may not know what it was.
  if (planned === undefined || (step.commands.length === 0 && step.execution !== 'completed'))
    return undefined;
  const differs = (['workload', 'tool', 'repetition', 'session', 'params', 'seat', 'together'] as const).find(
    (key) => planned[key] !== step[key] && JSON.stringify(planned[key]) !== JSON.stringify(step[key]),
  );
  return differs === undefined
    ? undefined
    : { say: 'not-as-planned', what: differs, expected: show(planned[differs]), found: show(step[differs]) };
}

const show = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
