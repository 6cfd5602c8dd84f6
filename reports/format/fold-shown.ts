import type { Cell, Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { formatBeside } from '../verdict/words/format-quantity.ts';
import { groupBy } from './group-by.ts';
import type { WorstSample } from './worst-sample.ts';
import { formatMargin, worstSample } from './worst-sample.ts';

/** Cells that pass one requirement with one limit, as one row; never without how many of how many. */
export interface ShownRow {
  readonly title: string;
  readonly requirement: string;
  readonly level: Cell['level'];
  readonly limit: string;
  /** The value nearest to the limit among all subjects, or the fact. */
  readonly worst: string;
  /** `lowest`, `highest`, or `found` for a fact. */
  readonly end: 'lowest' | 'highest' | 'found';
  readonly where: string;
  readonly margin: string;
  readonly passed: number;
  readonly applicable: number;
}

/** What the run has shown: passing cells, folded over subjects, required ones first, in the order of the document. */
export function foldShown(
  verdict: Pick<Verdict, 'cells'>,
  passed: readonly Cell[] = verdict.cells.filter((cell) => cell.verdict === 'pass'),
): readonly ShownRow[] {
  const applicable = verdict.cells.filter((cell) => cell.verdict !== 'not-applicable');
  const groups = groupBy(passed, (cell) => JSON.stringify([cell.requirement, cell.level, formatLimit(cell)]));
  const rows = [...groups.values()].map((cells) => foldCells(cells, applicable));
  return [
    ...rows.filter((row) => row.level === 'required'),
    ...rows.filter((row) => row.level === 'advisory'),
  ];
}

function foldCells(cells: readonly Cell[], applicable: readonly Cell[]): ShownRow {
  const [first] = cells;
  if (first === undefined) throw new RangeError('a group has at least one cell');
  const worst = worstOf(cells);
  return {
    title: cleanText(first.title),
    requirement: cleanText(first.requirement),
    level: first.level,
    limit: formatLimit(first),
    worst:
      worst === undefined
        ? observedOf(cells)
        : formatBeside(worst.sample.value, worst.sample.limit, worst.sample.unit),
    end: worst?.sample.end ?? 'found',
    where: cleanText(worst?.subject ?? (cells.length === 1 ? first.subject : '')),
    margin: formatMargin(worst?.sample.margin),
    passed: cells.length,
    applicable: applicable.filter(
      (cell) => cell.requirement === first.requirement && cell.level === first.level,
    ).length,
  };
}

function worstOf(
  cells: readonly Cell[],
): { readonly sample: WorstSample; readonly subject: string } | undefined {
  return cells
    .flatMap((cell) => {
      const sample = worstSample(cell);
      return sample === undefined ? [] : [{ sample, subject: cell.subject }];
    })
    .sort((left, right) => goodness(left.sample) - goodness(right.sample))[0];
}

/** How far on the good side, in the unit of the limit. */
const goodness = (sample: WorstSample): number => (sample.end === 'lowest' ? sample.value : -sample.value);

/** Facts and other findings, each value once. */
function observedOf(cells: readonly Cell[]): string {
  const values = new Set(cells.map(formatObserved));
  const [first = '–', second, third, ...more] = values;
  return [first, second, third, more.length > 0 ? `${more.length} more` : undefined]
    .filter((value) => value !== undefined)
    .join(', ');
}
