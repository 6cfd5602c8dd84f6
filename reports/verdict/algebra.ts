import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { nameOf, nodeOf } from '../../workloads/kit/subject.ts';
import type { Cell, Counts } from './cell.ts';
import { CellVerdict } from './cell.ts';
import type { Conclusion, Verdict } from './verdict.ts';

// What follows from the words of a verdict, said once for whoever judges, checks and shows one.

type Judged = Pick<Cell, 'verdict'>;

/** Orders by verdict, the worst first: the order of every headline. */
export const worstFirst = (a: Judged, b: Judged): number =>
  CellVerdict.options.indexOf(a.verdict) - CellVerdict.options.indexOf(b.verdict);

/** Whether a cell leaves its requirement open: only `pass` counts as met. */
export const isUnmet = ({ verdict }: Judged): boolean => verdict !== 'pass' && verdict !== 'not-applicable';

/** The node that a cell counts for: the first that is to blame for it, else its own. */
export const nodeOfCell = ({ subject, blamedOn }: Pick<Cell, 'subject' | 'blamedOn'>): string | undefined =>
  blamedOn?.[0] ?? nodeOf(subject);

/** Under which name a cell is listed: its node, or the group that no node is blamed for. */
export const listedUnder = (cell: Pick<Cell, 'subject' | 'blamedOn'>): string =>
  nodeOfCell(cell) ?? nameOf(cell.subject);

/** How many cells of a level have which verdict. */
export function countCells(cells: readonly Cell[], level: Cell['level']): Counts {
  const counts: Record<CellVerdict, number> = {
    fail: 0,
    invalid: 0,
    missing: 0,
    inconclusive: 0,
    pass: 0,
    'not-applicable': 0,
  };
  for (const cell of cells) if (cell.level === level) counts[cell.verdict] += 1;
  return counts;
}

const codes: Readonly<Record<Conclusion, ExitCode>> = {
  pass: exitCodes.pass,
  fail: exitCodes.fail,
  undecided: exitCodes.undecided,
  unreached: exitCodes.infrastructure,
};

/**
 * The exit code of `certify` and `judge`. Advisory cells never change it; damaged evidence always does; a rehearsal shows
 * nothing of any machine, so whoever reads the code alone never finds that it passed.
 */
export const exitCodeOf = (
  conclusion: Conclusion,
  damage: Verdict['evidence']['damage'] = [],
  isRehearsal = false,
): ExitCode => {
  if (damage.length > 0) return exitCodes.evidence;
  return isRehearsal && conclusion === 'pass' ? exitCodes.undecided : codes[conclusion];
};
