import type { Result } from '../../workloads/kit/result.ts';
import { err, ok } from '../../workloads/kit/result.ts';

/** A record of a CSV file, and the line on which it starts: a quoted field may hold line breaks. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads RFC 4180: quoted fields, CRLF or LF, a byte order mark; `;` between fields where the first line has more of
 * those than commas, as spreadsheets write it where the comma is decimal. Records without any text are left out.
 */
export function readCsv(text: string): Result<readonly CsvRow[]> {
  const input = text.replace(/^\uFEFF/, '');
  const delimiter = findDelimiter(input);
  const field = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"|([^"\\r\\n${delimiter}]*))(${delimiter}|\\r\\n|\\r|\\n|$)`,
    'y',
  );
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let line = 1;
  let start = line;
  for (;;) {
    const at = field.lastIndex;
    const match = field.exec(input);
    if (match === null) return err(`line ${line}: ${explain(input.slice(at))}`);
    const [all, quoted, plain = '', end = ''] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    line += all.split(/\r\n|\r|\n/).length - 1;
    if (end === delimiter) continue;
    if (fields.some((each) => each.trim() !== '')) rows.push({ line: start, fields });
    if (field.lastIndex >= input.length) return ok(rows);
    fields = [];
    start = line;
  }
}

function findDelimiter(input: string): ',' | ';' {
  const [header = ''] = input.replaceAll(/"[^"]*"/g, '').split(/[\r\n]/, 1);
  return header.split(';').length > header.split(',').length ? ';' : ',';
}

function explain(rest: string): string {
  if (!rest.startsWith('"'))
    return `expected quotes around a whole field, got ${show(rest)} with quotes inside`;
  return /^"[^"]*(?:""[^"]*)*"/.test(rest)
    ? `expected the field to end with its quotes, got more text in ${show(rest)}`
    : `expected quotes at the end of the field that starts with ${show(rest)}, got none`;
}

const show = (rest: string): string => `\`${(/^[^\r\n]{0,40}/.exec(rest) ?? [''])[0]}\``;
