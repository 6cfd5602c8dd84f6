import * as z from 'zod';
import { isUnmet } from './algebra.ts';
import type { Cell } from './cell.ts';
import type { Defect, Verdict } from './verdict.ts';

/** How far a repair has come: what was found was not repaired, or not measured again, or was seen to be right since. */
export const RepairState = z.enum(['open', 'repaired', 'verified', 'part replaced']);
export type RepairState = z.infer<typeof RepairState>;

/**
 * Of a cell that a repair touched. `verified`: measured again, and right. `repaired`: not measured again. `open`: measured again, and
 * still not met. A part that is gone is verified by the cells of the one in its place.
 */
export function stateOfCell(cell: string, now: ReadonlyMap<string, Pick<Cell, 'verdict'>>): RepairState {
  const found = now.get(cell);
  if (found === undefined) return 'part replaced';
  if (!isUnmet(found)) return 'verified';
  return found.verdict === 'missing' ? 'repaired' : 'open';
}

/** Of a defect of today: it waits for a measurement only when a repair has taken the ground from all of it. */
export function stateOfDefect(
  { cells }: Pick<Defect, 'cells'>,
  { superseded = [] }: Pick<Verdict, 'superseded'>,
  now: ReadonlyMap<string, Pick<Cell, 'verdict'>>,
): RepairState {
  const touched = new Set(superseded.map(({ cell }) => cell));
  const isRepaired = (cell: string): boolean => touched.has(cell) && stateOfCell(cell, now) === 'repaired';
  return cells.length > 0 && cells.every(isRepaired) ? 'repaired' : 'open';
}
