import type { Cell, Verdict } from '../schema/verdict.ts';

/** Whether a cell leaves its requirement open: only `pass` counts as met. */
export const isUnmet = (cell: Pick<Cell, 'verdict'>): boolean =>
  cell.verdict !== 'pass' && cell.verdict !== 'not-applicable';

/** Required cells that are not met and that no defect names: an empty punch list must not look like a clean bill. */
export function uncoveredCells(verdict: Pick<Verdict, 'cells' | 'defects'>): readonly Cell[] {
  const covered = new Set(verdict.defects.flatMap((defect) => defect.cells));
  return verdict.cells.filter((cell) => cell.level === 'required' && isUnmet(cell) && !covered.has(cell.id));
}
