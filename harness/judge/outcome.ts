import { worstFirst } from '../../reports/verdict/algebra.ts';
import type { Cell, CellVerdict, MissingKind } from '../../reports/verdict/verdict.ts';

/** What became of one cell, before it is written into the document. */
export interface Outcome {
  readonly verdict: CellVerdict;
  /** One sentence: expected, found. */
  readonly reason: string;
  readonly missing?: MissingKind;
  readonly limit?: NonNullable<Cell['limit']>;
  readonly observed?: NonNullable<Cell['observed']>;
  /**
   * Cells of one node with the same cause are one defect. Absent: the cell is its own cause. A cause of one
   * device starts with that device's subject id.
   */
  readonly cause?: string;
}

/** The outcome that counts when several are about the same cell. */
export function worst<T extends { readonly verdict: CellVerdict }>(outcomes: readonly T[]): T | undefined {
  return outcomes.toSorted(worstFirst)[0];
}

export const missing = (kind: MissingKind, reason: string, cause?: string): Outcome => ({
  verdict: 'missing',
  missing: kind,
  reason,
  ...(cause === undefined ? {} : { cause }),
});

export const invalid = (reason: string, cause?: string): Outcome => ({
  verdict: 'invalid',
  reason,
  ...(cause === undefined ? {} : { cause }),
});
