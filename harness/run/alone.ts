import { leaderEnded } from '../../agents/protocol/step.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { requestOf } from '../plan/plan.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { StopWatch } from './stop-watch.ts';

/** Brings a node through the steps that it does alone, from wherever it stands. */
export async function measureAlone(
  { node, session, factsStep, scratch }: OpenNode,
  evidence: RunEvidence,
  stops: StopWatch,
): Promise<void> {
  const { progress } = session;
  if (!evidence.isPlanned(node)) {
    throw new AssayError(
      'USAGE',
      `${node} could not be reached when the run was planned, so nothing is planned for it`,
      { hint: 'Measure it in a run of its own.' },
    );
  }
  const planned = evidence.dueOn(node).filter(({ seat }) => seat === undefined);
  if (progress.runningBatch !== undefined) {
    const { execution, reason } = await session.batchEnded(progress.runningBatch);
    if (execution === 'cancelled' && reason !== leaderEnded) throw await stops.explain(node, reason);
  }
  const steps = planned.filter(({ step }) => !progress.ended.has(step));
  if (steps.length === 0) return;
  const { execution, reason } = await session.runBatch(steps.map(requestOf), {
    plan: evidence.planDigest,
    facts: factsStep,
    scratch,
  });
  if (execution === 'cancelled') throw await stops.explain(node, reason);
}
