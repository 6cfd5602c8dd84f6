import { countCells, isUnmet, worstFirst } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { Conclusion } from '../../reports/verdict/verdict.ts';
import { nameOf, nodeOf } from '../../workloads/kit/subject.ts';

/** How a set of nodes stands against one profile, and the cell that decided. */
export interface Standing {
  readonly conclusion: Conclusion;
  /** The worst required cell, first in the order of the profile; absent when all pass. */
  readonly decider: Cell | undefined;
}

/**
 * Any required fail → fail; else any other required cell that is not met → undecided. A node without a single
 * decided required cell is undecided too, and so is nothing at all: no data is not health.
 */
export function conclude(
  cells: readonly Cell[],
  nodes: readonly { readonly id: string; readonly reached: boolean; readonly sameAs?: string | undefined }[],
): Standing {
  const required = cells.filter(({ level }) => level === 'required');
  const [decider] = required.filter(isUnmet).toSorted(worstFirst);
  // Another name of a machine was reached: that it is one is what was found there.
  if (!nodes.some(({ reached, sameAs }) => reached || sameAs !== undefined))
    return { conclusion: 'unreached', decider };
  if (decider?.verdict === 'fail') return { conclusion: 'fail', decider };
  const isDecided = (node: string) =>
    required.some(({ subject, verdict }) => nodeOf(subject) === node && verdict === 'pass');
  const passes = decider === undefined && nodes.every(({ id }) => isDecided(id));
  return { conclusion: passes ? 'pass' : 'undecided', decider };
}

/** The cell that decided, or what all of them together amount to. */
export function describeStanding({ conclusion, decider }: Standing, cells: readonly Cell[]): Said {
  if (decider !== undefined) return { say: 'decided', title: decider.title, reason: decider.reason };
  return conclusion === 'pass'
    ? { say: 'all-pass', cells: countCells(cells, 'required').pass }
    : { say: 'none-decided' };
}

/** What decided, for a reader who has just been told the conclusion. */
export function writeHeadline(standing: Standing, cells: readonly Cell[]): Said {
  const { decider } = standing;
  return decider === undefined
    ? { say: 'sentence', of: describeStanding(standing, cells) }
    : {
        say: 'decided-by',
        title: decider.title,
        subject: nameOf(decider.subject),
        reason: decider.reason,
      };
}
