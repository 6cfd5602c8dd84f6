import { nameOf } from '../../workloads/kit/subject.ts';
import type { Cell } from '../verdict/cell.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { formatBeside } from '../verdict/words/format-quantity.ts';
import type { Row, Section, Text } from './content.ts';
import { noted, number, paragraph, plain, strong, tagged } from './content.ts';
import type { WorstSample } from './worst-sample.ts';
import { formatMargin, goodness, worstSample } from './worst-sample.ts';

/** Requirements that were met, each with its limit and the value that came nearest to it. */
export function shownSection(lookup: VerdictLookup): Section {
  const passed = lookup.verdict.cells.filter((cell) => cell.verdict === 'pass');
  return {
    id: 'shown',
    title: 'What was shown',
    note: 'Beside each limit the lowest (or highest) single run, not the median that decided.',
    content: [
      passed.length === 0
        ? paragraph('Nothing: no cell of the profile passes.', 'ticket')
        : {
            kind: 'table',
            depth: 'ticket',
            label: 'Requirements that are met',
            columns: [
              plain('Requirement'),
              number('Limit'),
              number('Nearest to it'),
              number('Margin'),
              number('Met by'),
            ],
            rows: foldMet(passed).map((cells) => shownRow(cells, lookup)),
          },
    ],
  };
}

/** Cells of one requirement with one limit are one row; required ones first, in the order of the document. */
export function foldMet(cells: readonly Cell[]): readonly (readonly [Cell, ...Cell[]])[] {
  const rows = [
    ...Map.groupBy(cells, (cell) =>
      JSON.stringify([
        cell.requirement,
        cell.level,
        formatLimit(cell),
        cell.observed?.kind === 'samples' && cell.observed.unit,
      ]),
    ).values(),
  ].flatMap(([first, ...more]) => (first === undefined ? [] : [[first, ...more] as const]));
  return [
    ...rows.filter(([{ level }]) => level === 'required'),
    ...rows.filter(([{ level }]) => level === 'advisory'),
  ];
}

function shownRow(cells: readonly [Cell, ...Cell[]], lookup: VerdictLookup): Row {
  const [first] = cells;
  const worst = worstOf(cells);
  return {
    cells: [
      titleOf(first),
      formatLimit(first),
      worst === undefined
        ? observedOf(cells)
        : noted(
            `${worst.sample.end} ${formatBeside(worst.sample.value, worst.sample.limit, worst.sample.unit)}`,
            lookup.applicable(first) > 1 ? worst.subject : '',
          ),
      formatMargin(worst?.sample.margin),
      metBy(cells, lookup),
    ],
  };
}

export const titleOf = ({ title, level }: Cell): Text => tagged(title, [level === 'advisory' && 'advisory']);

/** How many subjects of how many: what not all of them met stands out. */
export function metBy(cells: readonly [Cell, ...Cell[]], lookup: VerdictLookup): Text {
  const applicable = lookup.applicable(cells[0]);
  const text = `${cells.length} of ${applicable}`;
  return cells.length === applicable ? text : [strong(text)];
}

function worstOf(
  cells: readonly Cell[],
): { readonly sample: WorstSample; readonly subject: string } | undefined {
  return cells
    .flatMap((cell) => {
      const sample = worstSample(cell);
      return sample === undefined ? [] : [{ sample, subject: nameOf(cell.subject) }];
    })
    .sort((left, right) => goodness(left.sample) - goodness(right.sample))[0];
}

/** Facts and other findings, each value once. */
export function observedOf(cells: readonly Cell[]): string {
  const [first = '–', second, third, ...more] = new Set(cells.map(formatObserved));
  return [first, second, third, more.length > 0 ? `${more.length} more` : undefined]
    .filter((value) => value !== undefined)
    .join(', ');
}
