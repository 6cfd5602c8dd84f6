import type { Cell, CellVerdict, Conclusion, Counts } from '../../reports/verdict/verdict.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { verdictOrder } from './outcome.ts';

/** How a set of nodes stands against one profile, and the cell that decided. */
export interface Standing {
  readonly conclusion: Conclusion;
  /** The worst required cell, first in the order of the profile; absent when all pass. */
  readonly decider: Cell | undefined;
}

/** How many cells of a level have which verdict. */
export function countCells(cells: readonly Cell[], level: Cell['level']): Counts {
  const count = (verdict: CellVerdict) =>
    cells.filter((cell) => cell.level === level && cell.verdict === verdict).length;
  return {
    fail: count('fail'),
    invalid: count('invalid'),
    missing: count('missing'),
    inconclusive: count('inconclusive'),
    pass: count('pass'),
    'not-applicable': count('not-applicable'),
  };
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
  const [decider] = required
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .toSorted((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict));
  if (!nodes.some(({ reached }) => reached)) return { conclusion: 'unreached', decider };
  if (decider?.verdict === 'fail') return { conclusion: 'fail', decider };
  const isDecided = (node: string) => required.some((cell) => cell.node === node && cell.verdict === 'pass');
  const passes = decider === undefined && nodes.every(({ id }) => isDecided(id));
  return { conclusion: passes ? 'pass' : 'undecided', decider };
}

/** The exit code of `certify` and `judge` for a conclusion. Advisory cells never change it. */
export function exitCodeOf(conclusion: Conclusion): number {
  switch (conclusion) {
    case 'pass':
      return exitCodes.pass;
    case 'fail':
      return exitCodes.fail;
    case 'undecided':
      return exitCodes.undecided;
    case 'unreached':
      return exitCodes.infrastructure;
  }
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
