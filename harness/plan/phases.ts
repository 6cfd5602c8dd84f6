import { budgetOf } from '../../agents/protocol/step.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { isOfSoak } from './soak-windows.ts';

/** A part of a plan that all nodes are brought through before any begins the next. */
export interface Phase {
  readonly session: number;
  readonly isSoak: boolean;
  readonly isOf: (step: PlannedStep) => boolean;
}

/** The phases of a plan: each session alone and across nodes, and the soak behind the session that it belongs to. */
export function phasesOf({ steps }: Pick<Plan, 'steps'>): readonly Phase[] {
  const sessions = [...new Set([1, ...steps.map(({ session }) => session)])].toSorted((a, b) => a - b);
  return sessions.flatMap((session) =>
    [false, true].flatMap((isSoak): readonly Phase[] => {
      const isOf = (step: PlannedStep): boolean => step.session === session && isOfSoak(step) === isSoak;
      return isSoak && !steps.some(isOf) ? [] : [{ session, isSoak, isOf }];
    }),
  );
}

/** How long a phase takes at most where nodes work alone: all at the same time, so that the slowest one is the phase's. */
export function aloneMs({ steps }: Pick<Plan, 'steps'>, { isOf }: Phase): number {
  const alone = steps.filter((step) => step.seat === undefined && step.beside === undefined && isOf(step));
  const perNode = [...Map.groupBy(alone, ({ node }) => node).values()];
  return Math.max(0, ...perNode.map(budgetOf));
}
