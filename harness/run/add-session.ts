import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Requirement } from '../../workloads/kit/requirement.ts';
import { metricsOf } from '../../workloads/registry.ts';
import type { PlannedRepair } from '../plan/repairs.ts';
import { planRepair, touchedBy } from '../plan/repairs.ts';
import { inSession, sessions } from '../plan/sessions.ts';
import type { NodeEvidence } from '../store/node-evidence.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { DoneEvidence } from './has-done-all.ts';
import { hasDoneAll } from './has-done-all.ts';

/** What has to be known of a run to add a session to it. */
export interface SessionEvidence
  extends DoneEvidence,
    Pick<RunEvidence, 'plan' | 'sessions' | 'repairs' | 'extensions' | 'registry' | 'decide'> {
  readonly run: Pick<RunEvidence['run'], 'called'>;
  readonly nodes: ReadonlyMap<string, Pick<NodeEvidence, 'id' | 'fold' | 'sameAs'>>;
}

/** The boot that each node has to have left whose session behind a boot is not at its end. */
export function bootsToLeave(
  evidence: DoneEvidence & Pick<RunEvidence, 'sessions' | 'repairs'>,
): ReadonlyMap<string, string | undefined> {
  const last = new Map<string, string | undefined>([
    ...evidence.sessions.flatMap(({ boots }) => Object.entries(boots)),
    ...evidence.repairs.flatMap(({ nodes, boots }) => nodes.map((node) => [node, boots[node]] as const)),
  ]);
  return new Map([...last].filter(([node]) => !hasDoneAll(evidence, node)));
}

/** The number of a session that is added now: behind all that there are. */
export const nextSession = ({
  sessions: before,
  repairs,
  extensions,
}: Pick<RunEvidence, 'sessions' | 'repairs' | 'extensions'>): number =>
  Math.max(
    sessions['after-boot'],
    ...[...before, ...extensions].map(({ session }) => session + 1),
    ...repairs.map(({ session, afterSoak = session }) => afterSoak + 1),
  );

/**
 * Adds what a repair touches to a run whose nodes have done all they were given. Returns the nodes to open, each with the boot that it
 * has to have left, if it has to. Throws USAGE where nothing of it was planned, or something is still to be done.
 */
export async function addRepair(
  evidence: SessionEvidence,
  given: Pick<PlannedRepair, 'node' | 'part' | 'kind' | 'device'>,
  requirements: readonly Requirement[],
  now: () => Date,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { plan, run, nodes, registry } = evidence;
  const open = bootsToLeave(evidence);
  const last = evidence.repairs.at(-1);
  const isAsked = last !== undefined && last.node === given.node && last.part === given.part;
  if (isAsked && open.size > 0) return open;
  const session = nextSession(evidence);
  const { steps, afterSoak } = planRepair(
    given,
    session,
    plan?.steps ?? [],
    requirements,
    metricsOf(registry),
  );
  const busy = [...new Set(steps.map(({ node }) => node))].find((node) => !hasDoneAll(evidence, node));
  if (busy !== undefined || steps.length === 0)
    throw new AssayError(
      'USAGE',
      busy === undefined
        ? `expected a run that has measured something of ${given.part} on ${given.node}, found nothing in ${run.called}`
        : `expected a run that has come to its end on ${busy}, found steps to do in ${run.called}`,
      {
        hint:
          busy === undefined ? 'Certify the machine anew.' : `Finish it first: assay resume ${run.called}`,
      },
    );
  const left = touchedBy[given.kind].boot ? nodes.get(given.node)?.fold.bootId : undefined;
  await evidence.decide(now, {
    type: 'added',
    reason: {
      why: 'repair',
      repair: { session, ...(afterSoak === undefined ? {} : { afterSoak }), ...given },
      boots: left === undefined ? {} : { [given.node]: left },
    },
    steps: [...steps],
  });
  return bootsToLeave(evidence);
}

/**
 * Adds the session behind a boot to a run on the nodes that have done all they were given; the others go on with the one that
 * they are in. Returns the boot that each node has to have left. A node that never did what it was given is in none of it.
 */
export async function addSession(
  evidence: SessionEvidence,
  now: () => Date,
): Promise<ReadonlyMap<string, string | undefined>> {
  const { plan, run } = evidence;
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
  const session = nextSession(evidence);
  const all = inSession(plan?.steps ?? [], session).filter(({ node, seat }) =>
    seat === undefined ? boots.has(node) : seat.members.every((member) => boots.has(member.node)),
  );
  const names = new Set(all.map(({ step }) => step));
  const steps = all.filter(({ beside }) => beside === undefined || names.has(beside));
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
