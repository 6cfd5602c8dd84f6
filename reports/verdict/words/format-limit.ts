import type { Unit } from '../../../workloads/kit/unit.ts';
import type { Cell } from '../cell.ts';
import { formatExpectedFact } from './format-fact.ts';
import { formatExact } from './format-quantity.ts';

type Limit = NonNullable<Cell['limit']>;

const comparators = { atLeast: '≥', atMost: '≤', equal: '=', oneOf: 'one of', noneOf: 'none of' } as const;

/** What was expected: `≥ 460 GB/s`, `one of A, B`; a dash when the cell has no limit. */
export function formatLimit(cell: Pick<Cell, 'limit' | 'observed'>): string {
  return cell.limit === undefined
    ? '–'
    : `${comparators[cell.limit.comparator]} ${formatExpected(cell.limit, unitOf(cell.observed))}`;
}

function formatExpected({ expected }: Limit, unit: Unit | undefined): string {
  if (Array.isArray(expected)) return expected.map((value) => formatExpectedFact(value, unit)).join(', ');
  if (typeof expected === 'object') return formatExact(expected.value, expected.unit);
  return formatExpectedFact(expected, unit);
}

const unitOf = (observed: Cell['observed']): Unit | undefined =>
  observed?.kind === 'fact' ? observed.unit : undefined;
