import type { NotedCell, Row, Table, TableCell } from '../page/content.ts';
import { displayWidth, padEnd, padStart } from '../text/display-width.ts';
import { wrapText } from '../text/wrap-text.ts';
import type { Pen } from './terminal-pen.ts';
import { hang, plainText } from './terminal-pen.ts';

/** Narrower than this a heading stands above its figures and not beside them. */
const narrowestHeading = 24;

/**
 * A table in lines: the heading of a row, and beside or below it the columns of figures and words; longer texts and
 * notes on figures hang below with the title of their column. A group is named once, above its rows.
 */
export function tableLines({ columns, rows }: Table, pen: Pen, margin = 2): readonly string[] {
  const group = columns.findIndex(({ role }) => role === 'group');
  const short = [...columns.keys()].filter(
    (at) => columns[at]?.role === 'number' || columns[at]?.role === 'word',
  );
  const hung = [...columns.keys()].filter((at) => at > 0 && at !== group);
  // Figures need to be told what they are, words do not.
  const hasHeads = columns.some(({ role }) => role === 'number');
  const heads = hasHeads ? short.map((at) => columns[at]?.title ?? '') : short.map(() => '');
  const figures = rows.map(({ cells }) => short.map((at) => figureText(cells[at])));
  const widths = heads.map((head, at) => widest([head, ...figures.map((texts) => texts[at] ?? '')]));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) =>
        (columns[short[at] ?? 0]?.role === 'number' ? padStart : padEnd)(text, widths[at] ?? 0),
      )
      .join('  ');
  const indent = group === -1 ? margin : margin + 2;
  const longest = widest(rows.map(({ cells }) => cellText(cells[0])));
  const left = pen.columns - indent - displayWidth(line(heads)) - 2;
  const isBeside = left >= Math.min(narrowestHeading, longest);
  const room = hasHeads ? left : Math.min(left, longest);
  const isAligned = displayWidth(line(heads)) <= pen.columns - indent - 2;

  const rowLines = (row: Row, at: number): readonly string[] => {
    const heading = cellText(row.cells[0]);
    const texts = figures[at] ?? [];
    return [
      ...(isBeside ? besideLines(heading, line(texts)) : hang(heading, pen, indent)),
      ...(isBeside || short.length === 0
        ? []
        : isAligned
          ? [`${' '.repeat(indent + 2)}${line(texts)}`.trimEnd()]
          : hang(
              texts.map((text, place) => `${heads[place] ?? ''} ${text}`.trim()).join(', '),
              pen,
              indent + 2,
            )),
      ...hung.flatMap((place) => {
        const text = (short.includes(place) ? figureNote : cellText)(row.cells[place]);
        return text === '' ? [] : hang(`${columns[place]?.title ?? ''}: ${text}`, pen, indent + 2);
      }),
      ...(row.remark === undefined ? [] : hang(row.remark, pen, indent + 2)),
    ];
  };
  const besideLines = (heading: string, texts: string): readonly string[] => {
    const [first = '', ...more] = wrapText(heading, room);
    return [
      `${' '.repeat(indent)}${padEnd(first, room)}  ${texts}`.trimEnd(),
      ...more.map((each) => `${' '.repeat(indent)}${each}`),
    ];
  };
  return [
    ...(hasHeads && (isBeside || isAligned)
      ? [`${' '.repeat(isBeside ? indent + room + 2 : indent + 2)}${line(heads)}`.trimEnd()]
      : []),
    ...rows.flatMap((row, at) => {
      const name = group === -1 ? '' : cellText(row.cells[group]);
      const isNew = group !== -1 && (at === 0 || cellText(rows[at - 1]?.cells[group]) !== name);
      return [...(isNew ? hang(name, pen, margin) : []), ...rowLines(row, at)];
    }),
  ];
}

const widest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);

/** A note has no room in a column of figures. */
const figureText = (cell: TableCell | undefined): string => cellText(isNoted(cell) ? cell.text : cell);
const figureNote = (cell: TableCell | undefined): string => (isNoted(cell) ? plainText(cell.note) : '');
const isNoted = (cell: TableCell | undefined): cell is NotedCell =>
  typeof cell === 'object' && 'kind' in cell && cell.kind === 'noted';

function cellText(cell: TableCell | undefined): string {
  if (cell === undefined) return '';
  if (typeof cell === 'string' || !('kind' in cell)) return plainText(cell);
  switch (cell.kind) {
    case 'noted':
      return [plainText(cell.text), plainText(cell.note)].filter((text) => text !== '').join(', ');
    case 'lines':
      return cell.lines.map(plainText).join('; ');
    case 'strip':
      return '';
  }
}
