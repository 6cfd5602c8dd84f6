import { compareDimensions, dimensionTitle } from '../verdict/words/dimension-title.ts';
import { countByRequirement, foldCells } from '../format/fold-cells.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { groupBy } from '../format/group-by.ts';
import { isUnmet } from '../format/uncovered-cells.ts';
import { cellVerdictOrder } from '../verdict/words/verdict-words.ts';
import type { Cell, Verdict } from '../verdict/verdict.ts';
import { cellRow, cellTable, rankCell } from './cells-section.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Counts for each requirement, then the cells that are not met; those that pass stand in the reports of the nodes. */
export function blockCellsSection(verdict: Verdict): SafeHtml {
  const open = verdict.cells.filter(isUnmet);
  const groups = [...groupBy(open, ({ dimension }) => dimension)].sort(([left], [right]) =>
    compareDimensions(left, right),
  );
  const body =
    verdict.cells.length === 0
      ? html`<p>The plan has no cell.</p>`
      : html`<div class="by-requirement">${requirementTable(verdict)}</div>${
          open.length === 0
            ? html`<p>Every cell passes.</p>`
            : groups.map(([dimension, cells]) => dimensionGroup(dimension, cells))
        }`;
  return section(
    'cells',
    'Cells that are not met',
    'Counts for each requirement, then every cell that does not pass, subjects with one reason together.',
    body,
  );
}

function requirementTable(verdict: Verdict): SafeHtml {
  const rows = countByRequirement(verdict);
  const words = cellVerdictOrder.filter(
    (word) => word !== 'not-applicable' || rows.some(({ counts }) => counts.has(word)),
  );
  return table({
    label: 'Subjects by requirement and verdict',
    columns: [
      { title: 'Requirement', width: 'wide' },
      ...words.map((word) => ({ title: word.replace('not-applicable', 'n/a'), isNumber: true })),
    ],
    rows: rows.map(({ title, level, counts }) => [
      html`${title}${level === 'advisory' ? html` <span class="tag">advisory</span>` : undefined}`,
      ...words.map((word) => countOf(counts.get(word) ?? 0, word !== 'pass' && word !== 'not-applicable')),
    ]),
  });
}

const countOf = (count: number, isBad: boolean): SafeHtml =>
  count === 0 ? html`<span class="nothing">0</span>` : isBad ? html`<b>${count}</b>` : html`${count}`;

function dimensionGroup(dimension: string, cells: readonly Cell[]): SafeHtml {
  const rows = foldCells([...cells].sort((left, right) => rankCell(left) - rankCell(right))).map((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (same.length === 1) return cellRow(first);
    const [title, verdict, limit, , why] = cellRow({
      ...first,
      id: foldNames(same.map(({ subject }) => subject)),
    });
    return [title, verdict, limit, html`–<small>${same.length} subjects</small>`, why].filter(
      (cell) => cell !== undefined,
    );
  });
  return html`<details open><summary><b>${dimension} ${dimensionTitle(dimension)}</b> <span class="note">${cells.length} not met</span></summary>
${cellTable(`Cells of ${dimension} ${dimensionTitle(dimension)} that are not met`, rows)}</details>
`;
}
