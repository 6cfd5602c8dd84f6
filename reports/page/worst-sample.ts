import type { Unit } from '../../workloads/kit/unit.ts';
import type { Cell } from '../verdict/cell.ts';

/** The sample of a cell that lies nearest to, or farthest beyond, its limit. */
export interface WorstSample {
  readonly value: number;
  readonly unit: Unit;
  /** `lowest` beside a floor, `highest` beside a ceiling. */
  readonly end: 'lowest' | 'highest';
  readonly limit: number;
  /** (value − limit) ÷ |limit|, positive on the good side; absent beside a limit of 0. */
  readonly margin: number | undefined;
}

/** The sample that a reader should see beside the limit: the worst one, not the median that decided. */
export function worstSample(cell: Cell): WorstSample | undefined {
  const { limit, observed } = cell;
  if (limit === undefined || observed?.kind !== 'samples') return undefined;
  if (limit.comparator !== 'atLeast' && limit.comparator !== 'atMost') return undefined;
  if (
    typeof limit.expected !== 'object' ||
    Array.isArray(limit.expected) ||
    limit.expected.unit !== observed.unit
  )
    return undefined;
  const isFloor = limit.comparator === 'atLeast';
  const expected = limit.expected.value;
  const value = isFloor ? observed.min : observed.max;
  const distance = isFloor ? value - expected : expected - value;
  return {
    value,
    unit: observed.unit,
    end: isFloor ? 'lowest' : 'highest',
    limit: expected,
    margin: expected === 0 ? undefined : distance / Math.abs(expected),
  };
}

/** `+5.5 %`; a miss keeps its sign and a digit however small it is. */
export function formatMargin(margin: number | undefined): string {
  if (margin === undefined) return '–';
  const percent = Math.abs(margin * 100);
  const digits =
    percent === 0
      ? '0'
      : percent < 0.095
        ? percent.toPrecision(1)
        : percent >= 1000
          ? percent.toFixed(0)
          : percent.toFixed(1);
  return `${margin < 0 ? '\u2212' : '+'}${digits} %`;
}

/** How far on the good side of the limit, in its unit. */
export const goodness = ({ value, limit, end }: WorstSample): number =>
  end === 'lowest' ? value - limit : limit - value;
