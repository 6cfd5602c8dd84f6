import { isDeepStrictEqual } from 'node:util';
import type { Contradiction } from '../../agents/protocol/journal-fold.ts';
import { besideOf } from '../plan/accompany.ts';
import { groupName } from '../plan/group-name.ts';
import type { PlannedStep } from '../plan/plan.ts';

interface Known {
  readonly nodes: ReadonlySet<string>;
  /** Of the plan and of what was added before. */
  readonly steps: ReadonlyMap<string, PlannedStep>;
}

/** What finds out who is to blame is run by several nodes, and fills no cell. */
export function whyNoExtra(
  planned: PlannedStep,
  about: string,
  added: readonly PlannedStep[],
  known: Known,
): Contradiction | undefined {
  const { node, step, seat, entry, isExtra, replaces, beside } = planned;
  if (beside !== undefined) return whyNotBeside(planned, added, known);
  const wrong = (expected: string): Contradiction => ({ expected, found: `${step} on ${node}` });
  if (seat === undefined || isExtra !== true || replaces !== undefined || entry !== about)
    return wrong(`an extra step of several nodes for ${about}`);
  const members = seat.members.map((member) => member.node);
  if (
    members[seat.rank] !== node ||
    seat.group !== groupName(members) ||
    !members.every((each) => known.nodes.has(each))
  )
    return wrong(`a seat of ${node} in a group of nodes of the inventory`);
  return undefined;
}

/** Beside an extra step goes on, on each of its nodes, what goes on there beside others. */
function whyNotBeside(
  planned: PlannedStep,
  added: readonly PlannedStep[],
  { steps }: Known,
): Contradiction | undefined {
  const { node, step, beside } = planned;
  const extra = added.find((each) => each.node === node && each.step === beside && each.seat !== undefined);
  const isItsOwn =
    extra !== undefined &&
    [...steps.values()].some(
      (each) =>
        each.node === node && each.seat === undefined && isDeepStrictEqual(besideOf(each, extra), planned),
    );
  return isItsOwn
    ? undefined
    : {
        expected: 'beside an extra step of several nodes, what its node does by itself',
        found: `${step} on ${node}`,
      };
}
