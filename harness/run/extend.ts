import { budgetOf } from '../../agents/protocol/step.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { inSession } from '../plan/sessions.ts';
import type { NodeLook } from '../store/coordinator-journal.ts';
import { isLookAt } from '../store/coordinator-journal.ts';
import { nextSession } from './add-session.ts';
import type { Fleet } from './fleet.ts';
import { lookAtGroups, lookAtNode } from './look-at-node.ts';
import type { NightTurns } from './night-turns.ts';

export interface ExtendOptions {
  readonly fleet: Fleet;
  readonly night: NightTurns;
  readonly onAdded: (steps: readonly PlannedStep[]) => void;
  /** Measures a session that was added to these nodes. */
  readonly measureSession: (session: number, nodes: OpenNode[]) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Looks at what was measured, and where that does not decide yet adds runs in sessions of their own, each behind a rest, until it
 * does or the suite has no more of them. Each look is written down before anybody acts on it.
 */
export async function extend(options: ExtendOptions): Promise<void> {
  const { fleet, night, onAdded, measureSession } = options;
  const { evidence, events, now } = fleet.options;
  const { extension } = evidence.suite;
  if (extension === undefined) return;
  for (;;) {
    const due: PlannedStep[] = [];
    const alone = [...fleet.nodes.keys()].map((node) => lookAtNode(evidence, node));
    const failing = new Set(alone.filter(({ isFailed }) => isFailed).map(({ node }) => node));
    const isAway = (node: string): boolean => failing.has(node) || !fleet.nodes.has(node);
    for (const { due: steps, node, group, session: seen, cells } of [
      ...alone,
      ...lookAtGroups(evidence, isAway),
    ]) {
      const look = { node, ...(group === undefined ? {} : { group: groupOf(group) }), session: seen };
      const isNoted = evidence.looks.some(
        (each) => each.node === node && each.group?.name === group?.name && each.session === seen,
      );
      if (cells.length > 0 && !isNoted)
        await evidence.decide(now, { type: 'looked', ...look, cells: [...cells] });
      const led = steps.filter(({ seat }) => (seat?.rank ?? 0) === 0);
      if (night.fits(1000 * extension.restSeconds + budgetOf(led))) due.push(...steps);
    }
    if (due.length === 0) return;
    const nodes = [...new Set(due.map(({ node }) => node))];
    events.onExtension(nodes, extension.restSeconds);
    await rest(nodes, 1000 * extension.restSeconds, options);
    const session = nextSession(evidence);
    const steps = inSession(
      due.filter(({ node, seat }) =>
        (seat?.members.map((member) => member.node) ?? [node]).every((each) => fleet.nodes.has(each)),
      ),
      session,
    );
    if (steps.length === 0) return;
    await evidence.decide(now, {
      type: 'added',
      reason: { why: 'extension', session },
      steps: [...steps],
    });
    onAdded(steps);
    await measureSession(
      session,
      nodes.flatMap((node) => fleet.nodes.get(node) ?? []),
    );
  }
}

const groupOf = ({ name, members }: NonNullable<NodeLook['group']>) => ({ name, members: [...members] });

/** Until the last look at any of these lies so far back, by the clock that wrote it down; one that was set back is waited for once. */
async function rest(
  nodes: readonly string[],
  restMs: number,
  { fleet, pause }: Pick<ExtendOptions, 'fleet' | 'pause'>,
): Promise<void> {
  const { evidence, now } = fleet.options;
  const taken = evidence.looks
    .filter((look) => nodes.some((node) => isLookAt(look, node)))
    .map(({ at }) => Date.parse(at));
  for (let tries = 0; tries < 3; tries += 1) {
    const left = Math.max(...taken) + restMs - now().getTime();
    if (left <= 0) return;
    await pause(Math.min(left, restMs));
  }
}
