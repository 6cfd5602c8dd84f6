import type { Cell, Verdict } from '../verdict/verdict.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';

/** Whether a cell leaves its requirement open: only `pass` counts as met. */
export const isUnmet = (cell: Pick<Cell, 'verdict'>): boolean =>
  cell.verdict !== 'pass' && cell.verdict !== 'not-applicable';

/** Cells that say the same of many subjects. */
export interface UncoveredRow {
  /** `gpu[01-16]:rdma`: the id of the cell, or of all of them. */
  readonly id: string;
  readonly verdict: Cell['verdict'];
  readonly reason: string;
}

/** Required cells that are not met and that no defect names: an empty punch list must not look like a clean bill. */
export function uncoveredRows(verdict: Pick<Verdict, 'cells' | 'defects'>): readonly UncoveredRow[] {
  const covered = new Set(verdict.defects.flatMap((defect) => defect.cells));
  const cells = verdict.cells.filter(
    (cell) => cell.level === 'required' && isUnmet(cell) && !covered.has(cell.id),
  );
  const alike = groupBy(cells, (cell) => JSON.stringify([cell.requirement, cell.verdict, cell.reason]));
  return [...alike.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const { id, requirement, verdict: outcome, reason } = first;
    const subjects = [first, ...more].map(({ subject }) => subject);
    const folded = `${foldNodeSet(subjects)}:${requirement}`;
    return [{ id: more.length === 0 ? id : folded, verdict: outcome, reason }];
  });
}
