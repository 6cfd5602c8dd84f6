import { readFileSync } from 'node:fs';

/** A row of docs/faults.md: what a fault leads to, as the table promises it. */
export interface FaultRow {
  readonly fault: string;
  readonly execution: string;
  readonly cell: string;
  readonly exitCode: string;
}

const columns = ['fault', 'execution', 'cell', 'exit code', 'what happens'];

/** The rows of the one table in docs/faults.md. */
export function loadFaultTable(): readonly FaultRow[] {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], rule = [], ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((part) => part.trim()),
  );
  if (head.join() !== columns.join() || !rule.every((part) => /^-+$/.test(part)))
    throw new Error(
      `docs/faults.md: expected one table with ${columns.join(', ')}, found ${head.join(', ')}`,
    );
  return rows.map((row) => {
    const [fault = '', execution = '', cell = '', exitCode = ''] = row;
    if (row.length !== columns.length || row.includes(''))
      throw new Error(
        `docs/faults.md: expected ${columns.length} filled columns, found \`${row.join(' | ')}\``,
      );
    return { fault, execution, cell, exitCode };
  });
}
