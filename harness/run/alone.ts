import { budgetOf, leaderEnded } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { commandBeside } from '../../workloads/registry.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { requestOf } from '../plan/plan.ts';
import { isOfSoak } from '../plan/soak-windows.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { NightTurns } from './night-turns.ts';
import type { StopWatch } from './stop-watch.ts';

/** Brings a node through the steps of a phase that are its own to begin, from wherever it stands. */
export async function measureAlone(
  { node, session, factsStep, scratch }: OpenNode,
  evidence: RunEvidence,
  stops: StopWatch,
  isOfPhase: (step: PlannedStep) => boolean,
  night: NightTurns,
  leash: { readonly leashMs?: number } = {},
): Promise<void> {
  const { progress } = session;
  if (!evidence.isPlanned(node)) {
    throw new AssayError(
      'USAGE',
      `${node} could not be reached when the run was planned, so nothing is planned for it`,
      { hint: 'Measure it in a run of its own.' },
    );
  }
  const planned = evidence
    .dueOn(node)
    .filter(
      (step) => (step.seat === undefined || isOfSoak(step)) && step.beside === undefined && isOfPhase(step),
    );
  const all = evidence.stepsOf(node);
  const isOfLater = progress.runningSteps.some((name) => {
    const step = all.get(name);
    return step !== undefined && !isOfPhase(step);
  });
  // What was begun before an interruption may be of a phase that others have to be served in meanwhile.
  if (progress.runningBatch !== undefined && !isOfLater) {
    const { execution, reason } = await session.batchEnded(progress.runningBatch);
    if (night.hasTenant(node)) return;
    if (execution === 'cancelled' && reason !== leaderEnded) throw await stops.explain(node, reason);
  }
  const open = planned.filter(({ step }) => !progress.ended.has(step));
  // What a window has is run at once, groups too.
  const turns = [...Map.groupBy(open, ({ together, step }) => together ?? step).values()].flat();
  // What goes on beside all others begins before them, also where it is repeated.
  const isBeside = (step: PlannedStep): boolean =>
    !isOfSoak(step) && commandBeside(evidence.registry, step) !== undefined;
  const steps = [...turns.filter(isBeside), ...turns.filter((step) => !isBeside(step))];
  if (steps.length === 0 || !(await night.mayBegin(node, budgetOf(steps)))) return;
  const { execution, reason } = await session.runBatch(steps.map(requestOf), {
    plan: evidence.planDigest,
    facts: factsStep,
    scratch,
    ...leash,
  });
  if (!night.hasTenant(node) && execution === 'cancelled') throw await stops.explain(node, reason);
}
