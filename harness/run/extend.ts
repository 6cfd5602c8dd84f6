import { budgetOf } from '../../agents/protocol/step.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { inSession } from '../plan/sessions.ts';
import { nextSession } from './add-session.ts';
import type { Fleet } from './fleet.ts';
import { lookAtNode } from './look-at-node.ts';
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
    for (const { node } of fleet.nodes.values()) {
      const { due: steps, ...look } = lookAtNode(evidence, node);
      const isNoted = evidence.looks.some((each) => each.node === node && each.session === look.session);
      if (look.cells.length > 0 && !isNoted)
        await evidence.decide(now, { type: 'looked', ...look, cells: [...look.cells] });
      if (night.fits(1000 * extension.restSeconds + budgetOf(steps))) due.push(...steps);
    }
    if (due.length === 0) return;
    const nodes = [...new Set(due.map(({ node }) => node))];
    events.onExtension(nodes, extension.restSeconds);
    await rest(nodes, 1000 * extension.restSeconds, options);
    const session = nextSession(evidence);
    const steps = inSession(
      due.filter(({ node }) => fleet.nodes.has(node)),
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

/** Until the last look at any of these lies so far back, by the clock that wrote it down; one that was set back is waited for once. */
async function rest(
  nodes: readonly string[],
  restMs: number,
  { fleet, pause }: Pick<ExtendOptions, 'fleet' | 'pause'>,
): Promise<void> {
  const { evidence, now } = fleet.options;
  const taken = evidence.looks.filter(({ node }) => nodes.includes(node)).map(({ at }) => Date.parse(at));
  for (let tries = 0; tries < 3; tries += 1) {
    const left = Math.max(...taken) + restMs - now().getTime();
    if (left <= 0) return;
    await pause(Math.min(left, restMs));
  }
}
