import { planAgain } from '../plan/plan-again.ts';
import type { RunEvidence } from '../store/run-evidence.ts';

/** The steps of nodes and how they ended. */
export type DoneEvidence = Pick<RunEvidence, 'dueOn' | 'stepsOf' | 'endOf'>;

/** Has every step that is due on a node ended, and none only because the run was stopped or its coordinator left? */
export function hasDoneAll(evidence: DoneEvidence, node: string): boolean {
  const hasEnded = evidence
    .dueOn(node)
    .every(({ step, beside }) => beside !== undefined || evidence.endOf(node, step) !== undefined);
  return hasEnded && planAgain([...evidence.stepsOf(node).values()], evidence.endOf).length === 0;
}
