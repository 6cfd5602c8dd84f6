import { worstFirst } from '../../reports/verdict/algebra.ts';
import type { Cell, CellVerdict } from '../../reports/verdict/cell.ts';
import type { Said } from '../../reports/verdict/said.ts';
import type { MissingKind } from '../../reports/verdict/said-parts.ts';
import type { Cause } from './cause.ts';

/** What became of one cell, before it is written into the document. */
export interface Outcome {
  readonly verdict: CellVerdict;
  /** Expected, found. */
  readonly reason: Said;
  readonly missing?: MissingKind;
  readonly limit?: NonNullable<Cell['limit']>;
  readonly observed?: NonNullable<Cell['observed']>;
  /** Who has to act and what to do, where what was found says more than the requirement does. */
  readonly remedy?: { readonly owner: Cell['owner']; readonly action: Said };
  /** Cells with the same cause are one defect. Absent: the cell is its own cause. */
  readonly cause?: Cause;
}

/** The outcome that counts when several are about the same cell. */
export function worst<T extends { readonly verdict: CellVerdict }>(outcomes: readonly T[]): T | undefined {
  return outcomes.toSorted(worstFirst)[0];
}

export const missing = (kind: MissingKind, reason: Said, cause?: Cause): Outcome => ({
  verdict: 'missing',
  missing: kind,
  reason,
  ...(cause === undefined ? {} : { cause }),
});

export const invalid = (reason: Said, cause?: Cause): Outcome => ({
  verdict: 'invalid',
  reason,
  ...(cause === undefined ? {} : { cause }),
});
