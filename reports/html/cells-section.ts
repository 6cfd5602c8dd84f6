import { compareDimensions, dimensionTitle } from '../verdict/words/dimension-title.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatMedian, formatObserved } from '../verdict/words/format-observed.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { groupBy } from '../format/group-by.ts';
import { isUnmet } from '../format/uncovered-cells.ts';
import { cellVerdictOrder } from '../verdict/words/verdict-words.ts';
import type { Cell, Verdict } from '../verdict/verdict.ts';
import { figure } from './figure.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html, trusted } from '../writers/html/html.ts';
import { cellWord } from './marks.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Every cell of the coverage matrix by readiness dimension, worst first; a group with open cells starts unfolded. */
export function cellsSection({ cells }: Verdict): SafeHtml {
  const groups = [...groupBy(cells, (cell) => cell.dimension)].sort(([left], [right]) =>
    compareDimensions(left, right),
  );
  const body =
    cells.length === 0
      ? html`<p>The plan has no cell.</p>`
      : html`${groups.map(([dimension, members]) => group(dimension, members))}`;
  return section(
    'cells',
    'All cells',
    'Every requirement on every subject, by readiness dimension, worst first.',
    body,
  );
}

function group(dimension: string, cells: readonly Cell[]): SafeHtml {
  const counts = cellVerdictOrder
    .map((word) => ({ word, count: cells.filter((cell) => cell.verdict === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  const sorted = [...cells].sort((left, right) => rankCell(left) - rankCell(right));
  return html`<details${trusted(cells.some(isUnmet) ? ' open' : '')}><summary><b>${dimension} ${dimensionTitle(dimension)}</b> <span class="note">${counts.join(' · ')}</span></summary>
${cellTable(`Cells of ${dimension} ${dimensionTitle(dimension)}`, sorted.map(cellRow))}</details>
`;
}

/** Rows of cells, however many subjects one row is about. */
export const cellTable = (label: string, rows: readonly (readonly SafeHtml[])[]): SafeHtml =>
  table({
    label,
    columns: [
      { title: 'Requirement' },
      { title: 'Verdict', width: 'narrow' },
      { title: 'Limit' },
      { title: 'Found' },
      { title: 'Why', width: 'wide' },
    ],
    rows,
  });

/** Worst first, required before advisory. */
export const rankCell = (cell: Cell): number =>
  cellVerdictOrder.indexOf(cell.verdict) * 2 + (cell.level === 'required' ? 0 : 1);

/** One cell as a row: its title and id, verdict, limit, what was found, and why. */
export const cellRow = (cell: Cell): readonly SafeHtml[] => [
  html`${cell.title}${cell.gate ? html` <span class="tag">gate</span>` : undefined}${cell.level === 'advisory' ? html` <span class="tag">advisory</span>` : undefined}<small><code>${cell.id}</code></small>`,
  html`${cellWord(cell.verdict)}<small>${cell.missing?.replaceAll('-', ' ')}</small>`,
  html`${figure(formatLimit(cell))}${cell.limit === undefined ? undefined : html`<small>${cell.limit.source}</small>`}`,
  found(cell),
  html`${cell.reason}${cell.action === undefined ? undefined : html`<small>To do: ${cell.action}</small>`}`,
];

/** The median, since it decides, and below it what it was taken from. */
function found(cell: Cell): SafeHtml {
  const { observed } = cell;
  if (observed?.kind !== 'samples') return html`${formatObserved(cell)}`;
  const spread =
    observed.n === 1
      ? 'n = 1'
      : `${formatRange(observed.min, observed.max, observed.unit)}, n = ${observed.n}`;
  return html`${figure(formatMedian(cell))}<small>${spread}</small>`;
}
