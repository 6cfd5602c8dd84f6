import { readFileSync } from 'node:fs';

/** The rows of the one table in a page of docs, cell by cell; throws when it has other columns or an empty cell. */
export function loadTable(page: string, columns: readonly string[]): readonly (readonly string[])[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], rule = [], ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((part) => part.trim()),
  );
  if (head.join() !== columns.join() || !rule.every((part) => /^-+$/.test(part)))
    throw new Error(`docs/${page}: expected one table with ${columns.join(', ')}, found ${head.join(', ')}`);
  for (const row of rows)
    if (row.length !== columns.length || row.includes(''))
      throw new Error(
        `docs/${page}: expected ${columns.length} filled columns, found \`${row.join(' | ')}\``,
      );
  return rows;
}
