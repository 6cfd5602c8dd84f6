import type { Execution } from '../../agents/protocol/step.ts';
import type { PlannedStep } from './plan.ts';

/** Ends that say nothing about a step: the operator stopped the run, or the coordinator left. */
const untold: ReadonlySet<Execution | undefined> = new Set(['cancelled', 'lost-contact']);

type Replacement = PlannedStep & { readonly replaces: string };

/** How a step ended on a node, if it has. */
type EndOf = (node: string, step: string) => Execution | undefined;

/** Did this end only because the operator stopped the run or the coordinator left? What several do ends with its leader. */
function saysNothing({ node, step, seat }: PlannedStep, endOf: EndOf): boolean {
  const leader = seat?.members[0]?.node ?? node;
  const end = endOf(leader, step);
  // A leader that never began finds members that did, and a step is never begun twice.
  if (end === undefined && seat !== undefined)
    return seat.members.slice(1).some((member) => endOf(member.node, step) !== undefined);
  return untold.has(end);
}

/**
 * The steps that others were put in place of: they are in the record, and nobody waits for them any more. A node's own evidence
 * has to show that its step came to nothing: the coordinator's journal alone takes no bad step away, nor one that never ran.
 */
export function findReplaced(steps: readonly PlannedStep[], endOf: EndOf): ReadonlySet<PlannedStep> {
  const keyOf = (node: string, step: string): string => JSON.stringify([node, step]);
  const named = new Set(
    steps.flatMap(({ node, replaces }) => (replaces === undefined ? [] : [keyOf(node, replaces)])),
  );
  return new Set(
    steps.filter((planned) => named.has(keyOf(planned.node, planned.step)) && saysNothing(planned, endOf)),
  );
}

/**
 * Steps in place of those that ended only because the operator stopped the run or the coordinator left, under names of
 * their own: nothing is run twice under one name, and what came to nothing stays in the record. What several do together
 * is repeated as a whole.
 */
export function planAgain(steps: readonly PlannedStep[], endOf: EndOf): readonly Replacement[] {
  const names = new Set(steps.map(({ step }) => step));
  const replaced = new Set(
    steps.flatMap(({ node, replaces }) => (replaces === undefined ? [] : [`${node} ${replaces}`])),
  );
  const nextNames = new Map<string, string>();
  const due = steps.filter(
    (planned) => !replaced.has(`${planned.node} ${planned.step}`) && saysNothing(planned, endOf),
  );
  for (const { step } of due) if (!nextNames.has(step)) nextNames.set(step, nextName(step, names));
  return due.flatMap((planned): readonly Replacement[] => {
    const { step, beside } = planned;
    // What goes on beside a step is repeated with it, or not at all.
    const again = beside === undefined ? undefined : nextNames.get(beside);
    if (beside !== undefined && again === undefined) return [];
    return [
      {
        ...planned,
        step: nextNames.get(step) ?? step,
        replaces: step,
        ...(again === undefined ? {} : { beside: again }),
      },
    ];
  });
}

/** `a1-r1-hash`, `a2-r1-hash`, …: the first that is free. */
function nextName(step: string, names: ReadonlySet<string>): string {
  for (let round = 1; ; round += 1) {
    const name = `a${round}-${step}`;
    if (!names.has(name)) return name;
  }
}
