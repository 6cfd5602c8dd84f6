import type { Cell } from '../cell.ts';
import { formatFact } from './format-fact.ts';
import { formatBeside, formatQuantity } from './format-quantity.ts';
import { formatRange } from './format-range.ts';

/** What was found, in one line: the median (it decides), the spread and how many runs; a dash when nothing was. */
export function formatObserved(cell: Pick<Cell, 'limit' | 'observed'>): string {
  const { observed } = cell;
  if (observed === undefined) return '–';
  if (observed.kind === 'fact') return formatFact(observed.value, observed.unit, cell.limit?.expected);
  const runs = `n = ${observed.n}`;
  const median = formatMedian(cell);
  return observed.min === observed.max
    ? `${median} (${runs})`
    : `${median} (${formatRange(observed.min, observed.max, observed.unit)}, ${runs})`;
}

/** The median of a cell's samples, beside its limit. */
export function formatMedian({ limit, observed }: Pick<Cell, 'limit' | 'observed'>): string {
  if (observed?.kind !== 'samples') return '–';
  const expected = limit?.expected;
  const isNumber =
    typeof expected === 'object' && !Array.isArray(expected) && expected.unit === observed.unit;
  return isNumber
    ? formatBeside(observed.median, expected.value, observed.unit)
    : formatQuantity(observed.median, observed.unit);
}
