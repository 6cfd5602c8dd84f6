import type { Column, Row, StripCell, Table, TableCell } from '../../page/content.ts';
import { formatQuantity } from '../../verdict/words/format-quantity.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';
import { renderFigure, renderText } from './render-text.ts';

/**
 * A table that turns into a list of labelled blocks on a narrow screen. The roles are written out because browsers
 * drop a table's own once it is laid out as blocks.
 */
export function renderTable({ label, columns, rows, isCompact = false }: Table): SafeHtml {
  const group = columns.findIndex(({ role }) => role === 'group');
  const shown = columns.filter((_, at) => at !== group);
  const openings = shown.map(openingOf);
  const groups = Map.groupBy(rows, ({ cells }) => (group === -1 ? '' : JSON.stringify(cells[group])));
  return html`<table role="table" class="${isCompact ? 'compact' : 'blocks'}" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${shown.map((column) => html`<th role="columnheader" scope="col" class="${classOf(column)}">${column.title}</th>`)}</tr></thead>
${[...groups.values()].map(
  (those) => html`<tbody role="rowgroup">${groupRow(those[0]?.cells[group], shown.length)}${those.map((row) =>
    tableRow(row, { shown, openings, group }),
  )}</tbody>
`,
)}</table>
`;
}

/** Names once what the rows below it are about. */
const groupRow = (cell: TableCell | undefined, width: number): SafeHtml | undefined =>
  cell === undefined
    ? undefined
    : html`<tr role="row" class="group"><th role="rowheader" scope="rowgroup" colspan="${width}">${renderCell(cell)}</th></tr>
`;

/** How each cell of a column begins. */
const openingOf = (column: Column): SafeHtml =>
  html`<td role="cell" data-label="${column.title}" class="${classOf(column)}"><div>`;

function tableRow(
  { cells, remark, anchor }: Row,
  columns: {
    readonly shown: readonly Column[];
    readonly openings: readonly SafeHtml[];
    /** The place of the cell that stands above the row. */
    readonly group: number;
  },
): SafeHtml {
  const { shown, openings, group } = columns;
  const [first = '', ...rest] = group === -1 ? cells : cells.toSpliced(group, 1);
  return html`<tr role="row"${anchor === undefined ? undefined : html` id="${anchor}"`}><th role="rowheader" scope="row">${renderCell(first)}${remark === undefined ? undefined : html`<small class="remark">${renderText(remark)}</small>`}</th>${rest.map(
    (cell, place) =>
      html`${openings[place + 1]}${renderCell(cell, shown[place + 1]?.role === 'number')}</div></td>`,
  )}</tr>
`;
}

const classOf = (column: Column | undefined): string => column?.role ?? '';

function renderCell(cell: TableCell, isNumber = false): SafeHtml {
  if (typeof cell === 'string') return isNumber ? renderFigure(cell) : html`${cell}`;
  if (!('kind' in cell)) return renderText(cell);
  switch (cell.kind) {
    case 'noted': {
      const { note, more } = cell;
      return html`${renderCell(cell.text, isNumber)}${note.length === 0 ? undefined : html`<small>${renderText(note)}</small>`}${
        more === undefined
          ? undefined
          : html`<details><summary>${more.summary}</summary><small>${more.text}</small></details>`
      }`;
    }
    case 'lines':
      return html`<ul class="plain">${cell.lines.map((line) => html`<li>${renderText(line)}</li>`)}</ul>`;
    case 'strip':
      // One dot at the end of its own axis says nothing that the median has not said.
      return cell.measurement.n === 1 ? html`–` : renderStrip(cell);
  }
}

const width = 120;
const height = 14;
const inset = 4;

/**
 * Single runs as dots on an axis that starts at 0, so that a small spread looks small. Negative values extend the axis
 * to the left; the ends of the axis are in its label.
 */
function renderStrip({ measurement }: StripCell): SafeHtml {
  const { n, min, max, median, unit, spread } = measurement;
  const from = Math.min(0, min);
  const to = Math.max(0, max);
  // Halves first: the difference of two large values could overflow.
  const place = (value: number): string =>
    (inset + (to === from ? 0 : (value / 2 - from / 2) / (to / 2 - from / 2)) * (width - 2 * inset)).toFixed(
      1,
    );
  const text = `${n} samples on an axis from ${formatQuantity(from, unit)} to ${formatQuantity(to, unit)}`;
  return html`<svg class="strip" role="img" aria-label="${text}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>${text}</title><path d="M${place(from)} 7H${place(to)}M${place(0)} 3V11" class="axis"/>${spread.map(
    (value) => html`<circle cx="${place(value)}" cy="7" r="2.6" class="dot"/>`,
  )}<path d="M${place(median)} 2V12" class="median"/></svg>`;
}
