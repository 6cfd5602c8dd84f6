import { AssayError } from '../../workloads/kit/assay-error.ts';
import { inSession, sessions } from '../plan/sessions.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { DoneEvidence } from './has-done-all.ts';
import { hasDoneAll } from './has-done-all.ts';

/** What has to be known of a run to add a session to it. */
export interface SessionEvidence extends DoneEvidence, Pick<RunEvidence, 'plan' | 'sessions' | 'decide'> {
  readonly run: Pick<RunEvidence['run'], 'called'>;
  readonly nodes: ReadonlyMap<string, Pick<NodeEvidence, 'id' | 'fold' | 'sameAs'>>;
}

/** The boot that each node has to have left whose session behind a boot is not at its end. */
export function bootsToLeave(
  evidence: DoneEvidence & Pick<RunEvidence, 'sessions'>,
): ReadonlyMap<string, string> {
  const last = new Map(evidence.sessions.flatMap(({ boots }) => Object.entries(boots)));
  return new Map([...last].filter(([node]) => !hasDoneAll(evidence, node)));
}

/**
 * Adds the session behind a boot to a run on the nodes that have done all they were given; the others go on with the one that
 * they are in. Returns the boot that each node has to have left. A node that never did what it was given is in none of it.
 */
export async function addSession(
  evidence: SessionEvidence,
  now: () => Date,
): Promise<ReadonlyMap<string, string>> {
  const { plan, sessions: before, run } = evidence;
  const open = bootsToLeave(evidence);
  const boots = new Map(
    [...evidence.nodes.values()].flatMap(({ id, fold, sameAs }) =>
      sameAs === undefined &&
      fold.bootId !== undefined &&
      evidence.stepsOf(id).size > 0 &&
      hasDoneAll(evidence, id)
        ? [[id, fold.bootId] as const]
        : [],
    ),
  );
  const session = Math.max(sessions['after-boot'], (before.at(-1)?.session ?? 0) + 1);
  const steps = inSession(plan?.steps ?? [], session).filter(({ node, seat }) =>
    seat === undefined ? boots.has(node) : seat.members.every((member) => boots.has(member.node)),
  );
  if (steps.length === 0) {
    if (open.size > 0) return open;
    throw new AssayError(
      'USAGE',
      `expected a run whose first session has come to its end on a node, found none in ${run.called}`,
      { hint: `Finish it first: assay resume ${run.called}` },
    );
  }
  await evidence.decide(now, {
    type: 'added',
    reason: { why: 'session', session, boots: Object.fromEntries(boots) },
    steps: [...steps],
  });
  return new Map([...open, ...boots]);
}
