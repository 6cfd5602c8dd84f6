import { isDeepStrictEqual } from 'node:util';
import type { Cell } from '../../reports/verdict/cell.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';

/** A cell that two verdicts on the same evidence do not agree about. */
export interface CellDifference {
  readonly cell: string;
  readonly issued: string;
  readonly recomputed: string;
}

const shortOf = (cell: Cell | undefined): string =>
  cell === undefined
    ? 'no such cell'
    : `${cell.verdict}${cell.observed?.kind === 'samples' ? `, median ${cell.observed.median} ${cell.observed.unit} of ${cell.observed.n}` : ''}`;

/** Compares two verdicts cell by cell, and then all the rest of them. */
export function compareVerdicts(issued: Verdict, recomputed: Verdict): readonly CellDifference[] {
  const own = new Map(recomputed.cells.map((cell) => [cell.id, cell]));
  const differences = issued.cells.flatMap((cell) => {
    const again = own.get(cell.id);
    own.delete(cell.id);
    return isDeepStrictEqual(cell, again)
      ? []
      : [{ cell: cell.id, issued: shortOf(cell), recomputed: shortOf(again) }];
  });
  for (const cell of own.values())
    differences.push({ cell: cell.id, issued: shortOf(undefined), recomputed: shortOf(cell) });
  if (differences.length > 0) return differences;
  const part = (Object.keys({ ...issued, ...recomputed }) as (keyof Verdict)[]).find(
    (key) => !isDeepStrictEqual(issued[key], recomputed[key]),
  );
  return part === undefined ? [] : [{ cell: `(${part})`, issued: 'something', recomputed: 'something else' }];
}
