import { nameOf } from '../../workloads/kit/subject.ts';
import { isUnmet } from '../verdict/algebra.ts';
import type { Cell as VerdictCell } from '../verdict/cell.ts';
import { CellVerdict } from '../verdict/cell.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { compareDimensions, dimensionTitle } from '../verdict/words/dimension-title.ts';
import { createNameFold, foldNames } from '../verdict/words/fold-names.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatMedian, formatObserved } from '../verdict/words/format-observed.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { say } from '../verdict/words/say.ts';
import { cellWords, missingWords } from '../verdict/words/verdict-words.ts';
import type { Content, Row, Section, Table, TableCell, Text } from './content.ts';
import { cellWord, code, figure, noted, number, paragraph, plain, strong, tagged, wide } from './content.ts';
import { titleOf } from './shown.ts';

/** Every cell of the coverage matrix by readiness dimension, worst first; a group with open cells starts unfolded. */
export function cellsSection({ verdict: { cells } }: VerdictLookup): Section {
  return {
    id: 'cells',
    title: 'All cells',
    note: 'Every requirement on every subject, by readiness dimension, worst first.',
    content:
      cells.length === 0
        ? [paragraph('The plan has no cell.', 'page')]
        : byDimension(cells).map((group) => ({
            kind: 'fold',
            depth: 'page',
            isOpen: group.cells.some(isUnmet),
            summary: summaryOf(group, countWords(group.cells)),
            content: [cellTable(`Cells of ${group.name}`, group.cells.map(cellRow))],
          })),
  };
}

/** Counts for each requirement, then the cells that are not met; those that pass stand in the reports of the nodes. */
export function blockCellsSection({ verdict: { cells } }: VerdictLookup): Section {
  const open = cells.filter(isUnmet);
  const fold = createNameFold(foldNames);
  return {
    id: 'cells',
    title: 'Cells that are not met',
    note: 'Counts for each requirement, then every cell that does not pass, subjects with one reason together.',
    content:
      cells.length === 0
        ? [paragraph('The plan has no cell.', 'page')]
        : [
            requirementTable(cells),
            ...(open.length === 0 ? [paragraph('Every cell passes.', 'page')] : []),
            ...byDimension(open).map(
              (group): Content => ({
                kind: 'fold',
                depth: 'page',
                isOpen: true,
                summary: summaryOf(group, `${group.cells.length} not met`),
                content: [
                  cellTable(
                    `Cells of ${group.name} that are not met`,
                    foldCells(group.cells).map((same) => foldedRow(same, fold)),
                  ),
                ],
              }),
            ),
          ],
  };
}

interface Group {
  /** `D6 Storage`. */
  readonly name: string;
  /** Worst first, required before advisory. */
  readonly cells: readonly VerdictCell[];
}

const byDimension = (cells: readonly VerdictCell[]): readonly Group[] =>
  [...Map.groupBy(cells, ({ dimension }) => dimension)]
    .sort(([left], [right]) => compareDimensions(left, right))
    .map(([dimension, members]) => ({
      name: `${dimension} ${dimensionTitle(dimension)}`,
      cells: members.toSorted((left, right) => rank(left) - rank(right)),
    }));

const rank = ({ verdict, level }: VerdictCell): number =>
  CellVerdict.options.indexOf(verdict) * 2 + (level === 'required' ? 0 : 1);

const summaryOf = ({ name }: Group, note: string): Text => [strong(name), ' ', { kind: 'note', text: note }];

const countWords = (cells: readonly VerdictCell[]): string =>
  CellVerdict.options
    .map((word) => ({ word, count: cells.filter(({ verdict }) => verdict === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`)
    .join(' · ');

const cellTable = (label: string, rows: readonly Row[]): Table => ({
  kind: 'table',
  label,
  columns: [
    plain('Requirement'),
    { title: 'Verdict', role: 'word' },
    plain('Limit'),
    plain('Found'),
    wide('Why'),
  ],
  rows,
});

const cellRow = (cell: VerdictCell): Row => rowOf(cell, [code(cell.id)], foundIn(cell));

function rowOf(cell: VerdictCell, id: Text, found: TableCell): Row {
  const { title, gate, level, verdict, missing, limit, reason, action } = cell;
  return {
    cells: [
      noted(tagged(title, [gate && 'gate', level === 'advisory' && 'advisory']), id),
      noted([cellWord(verdict)], missing === undefined ? '' : missingWords[missing]),
      noted([figure(formatLimit(cell))], limit?.source ?? ''),
      found,
      noted(say(reason), action === undefined ? '' : `To do: ${say(action)}`),
    ],
  };
}

/** The median, since it decides, and below it what it was taken from. */
function foundIn(cell: VerdictCell): TableCell {
  const { observed } = cell;
  if (observed?.kind !== 'samples') return formatObserved(cell);
  const spread =
    observed.n === 1
      ? 'n = 1'
      : `${formatRange(observed.min, observed.max, observed.unit)}, n = ${observed.n}`;
  return noted([figure(formatMedian(cell))], spread);
}

/** Cells of one requirement that ended the same way for the same reason. */
const foldCells = (cells: readonly VerdictCell[]): readonly (readonly VerdictCell[])[] => [
  ...Map.groupBy(cells, ({ requirement, level, verdict, reason, action, missing, limit }) =>
    JSON.stringify([requirement, level, verdict, reason, action, missing, limit]),
  ).values(),
];

function foldedRow(same: readonly VerdictCell[], fold: (names: readonly string[]) => string): Row {
  const [first] = same;
  if (first === undefined) return { cells: [] };
  if (same.length === 1) return cellRow(first);
  const subjects = fold(same.map(({ subject }) => nameOf(subject)));
  return rowOf(first, [code(subjects)], noted('–', `${same.length} subjects`));
}

/** How many subjects meet each requirement and how the others stand, in the order of the document. */
function requirementTable(cells: readonly VerdictCell[]): Table {
  const requirements = [
    ...Map.groupBy(cells, ({ requirement, level }) => JSON.stringify([requirement, level])).values(),
  ];
  const words = CellVerdict.options.filter(
    (word) => word !== 'not-applicable' || cells.some(({ verdict }) => verdict === word),
  );
  return {
    kind: 'table',
    depth: 'page',
    label: 'Subjects by requirement and verdict',
    columns: [
      wide('Requirement'),
      ...words.map((word) => number(word === 'not-applicable' ? 'n/a' : cellWords[word])),
    ],
    rows: requirements.flatMap((members): readonly Row[] => {
      const [first] = members;
      if (first === undefined) return [];
      const counts = Map.groupBy(members, ({ verdict }) => verdict);
      return [
        {
          cells: [
            titleOf(first),
            ...words.map((word) => countOf(counts.get(word)?.length ?? 0, isUnmet({ verdict: word }))),
          ],
        },
      ];
    }),
  };
}

const countOf = (count: number, isBad: boolean): Text =>
  count === 0 ? [{ kind: 'zero', text: '0' }] : isBad ? [strong(String(count))] : String(count);
