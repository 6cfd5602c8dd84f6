import type { Content, Deep, Depth, Section, Table, TableCell, Text } from './content.ts';

const depths: readonly Depth[] = ['glance', 'ticket', 'page'];

/** What a medium of some depth shows of the sections; what is left empty is left out. */
export const atDepth = (sections: readonly Section[], depth: Depth): readonly Section[] => {
  const isShown = (it: Deep): boolean => depths.indexOf(it.depth ?? 'glance') <= depths.indexOf(depth);
  const prune = (content: readonly Content[]): readonly Content[] =>
    content.filter(isShown).flatMap((it): readonly Content[] => {
      if (it.kind === 'fold') {
        const inner = prune(it.content);
        return inner.length === 0 ? [] : [{ ...it, content: inner }];
      }
      if (it.kind === 'asset') return [{ ...it, ladder: it.ladder && pruneTable(it.ladder, isShown) }];
      if (it.kind !== 'table') return [it];
      const table = pruneTable(it, isShown);
      return table.rows.length === 0 ? [] : [table];
    });
  return sections
    .map((section) => ({ ...section, content: prune(section.content) }))
    .filter(({ content }) => content.length > 0);
};

/** Rows and columns of the depth; a column in which nothing stands goes too. */
function pruneTable(table: Table, isShown: (it: Deep) => boolean): Table {
  const rows = table.rows.filter(isShown);
  const kept = table.columns.map(
    (column, place) => isShown(column) && rows.some(({ cells }) => !isEmpty(cells[place])),
  );
  return {
    ...table,
    columns: table.columns.filter((_, place) => kept[place]),
    rows: rows.map((row) => ({ ...row, cells: row.cells.filter((_, place) => kept[place]) })),
  };
}

function isEmpty(cell: TableCell | undefined): boolean {
  if (cell === undefined) return true;
  if (typeof cell === 'string') return cell === '';
  if (!('kind' in cell)) return cell.every((span) => (typeof span === 'string' ? span : span.text) === '');
  if (cell.kind === 'noted') return isEmpty(cell.text) && isEmpty(cell.note);
  return cell.kind === 'lines' && cell.lines.every((line: Text) => isEmpty(line));
}
