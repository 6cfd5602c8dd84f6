import { countCells, isUnmet, worstFirst } from '../../reports/verdict/algebra.ts';
import type { Cell, Conclusion } from '../../reports/verdict/verdict.ts';

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
  nodes: readonly { readonly id: string; readonly reached: boolean }[],
): Standing {
  const required = cells.filter(({ level }) => level === 'required');
  const [decider] = required.filter(isUnmet).toSorted(worstFirst);
  if (!nodes.some(({ reached }) => reached)) return { conclusion: 'unreached', decider };
  if (decider?.verdict === 'fail') return { conclusion: 'fail', decider };
  const isDecided = (node: string) => required.some((cell) => cell.node === node && cell.verdict === 'pass');
  const passes = decider === undefined && nodes.every(({ id }) => isDecided(id));
  return { conclusion: passes ? 'pass' : 'undecided', decider };
}

/** `Title: expected …, found …`, or what all passing cells say together. */
export function describeStanding({ conclusion, decider }: Standing, cells: readonly Cell[]): string {
  if (decider !== undefined) return `${decider.title}: ${decider.reason}`;
  const passed = countCells(cells, 'required').pass;
  if (conclusion === 'pass') return `all ${passed} required cells pass`;
  return 'not one required cell was decided';
}

/** What decided, in one sentence, for a reader who has just been told the conclusion. */
export function writeHeadline(standing: Standing, cells: readonly Cell[]): string {
  const { decider } = standing;
  if (decider !== undefined) return `Decided by ${decider.title} on ${decider.subject}: ${decider.reason}.`;
  const text = describeStanding(standing, cells);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
