import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

export interface Column {
  readonly title: string;
  /** Numbers are set right, with figures of one width. */
  readonly isNumber?: boolean;
  /** Where the column gets its room from on wide paper: a CSS class of the sheet. */
  readonly width?: 'narrow' | 'wide';
}

interface Options {
  readonly label: string;
  readonly columns: readonly Column[];
  /** `columns`: so few and short that it stays a table on every screen. */
  readonly narrow?: 'blocks' | 'columns';
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly SafeHtml[])[];
}

/**
 * A table that turns into a list of labelled blocks on a narrow screen. The roles are written out because browsers
 * drop a table's own once it is laid out as blocks.
 */
export function table({ label, columns, rows, narrow = 'blocks' }: Options): SafeHtml {
  return html`<table role="table" class="${narrow}" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col" class="${classOf(column)}">${column.title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => tableRow(columns, cells))}</tbody>
</table>`;
}

function tableRow(columns: readonly Column[], cells: readonly SafeHtml[]): SafeHtml {
  const [first, ...rest] = cells;
  return html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${rest.map((cell, place) => {
    const column = columns[place + 1];
    return html`<td role="cell" data-label="${column?.title ?? ''}" class="${classOf(column)}"><div>${cell}</div></td>`;
  })}</tr>
`;
}

const classOf = (column: Column | undefined): string =>
  [column?.isNumber === true ? 'number' : '', column?.width ?? ''].join(' ').trim();
