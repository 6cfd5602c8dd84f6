import { AssayError } from '../../workloads/kit/assay-error.ts';
import { describeIssues } from './describe-issues.ts';
import type { Manifest } from './manifest.ts';
import { ManifestPart, manifestColumns } from './manifest.ts';
import type { ManifestMapping } from './manifest-mapping.ts';
import { meaningOf, noMapping, plainWord } from './manifest-mapping.ts';
import { suggestName } from './nearest-name.ts';
import { deepFreeze } from './read-config.ts';
import type { CsvRow } from './read-csv.ts';
import { readCsv } from './read-csv.ts';
import type { Source } from './read-yaml.ts';
import { maxConfigBytes } from './read-yaml.ts';

type Column = (typeof manifestColumns)[number];
type Heading = Column | 'ignore';

/**
 * A manifest from its CSV, for the nodes of an inventory. Throws CONFIG_INVALID naming file, line, expected and
 * found: a row that nobody reads would be a part that nobody looks for.
 */
export function readManifest(
  source: Source,
  nodes: readonly string[],
  mapping: Pick<ManifestMapping, 'columns' | 'parts'> = noMapping,
): Manifest {
  const { file, text } = source;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxConfigBytes)
    refuse(
      file,
      `expected at most ${maxConfigBytes} bytes, got ${bytes}`,
      'Check that this is the file you meant.',
    );
  const rows = readCsv(text);
  if (!rows.ok)
    return refuse(file, rows.error, 'Put the field into quotes, and double those that it contains.');
  const [header, ...others] = rows.value;
  if (header === undefined || others.length === 0)
    return refuse(
      file,
      `expected a line of column names and one line per part, got ${header === undefined ? 'nothing' : 'column names only'}`,
    );
  const names = readHeader(named(header), `${file}: line ${header.line}`, mapping.columns);
  const known = new Set(nodes);
  const lineOf = new Map<string, number>();
  const parts = others.flatMap((row) => {
    const place = `${file}: line ${row.line}`;
    const part = readPart(withoutNameless(row, header, place), names, place, mapping.parts);
    if (part === undefined) return [];
    if (!known.has(part.node)) refuseNode(part.node, known, place);
    if (part.serial !== undefined) {
      const other = lineOf.get(part.serial);
      if (other !== undefined)
        refuse(
          place,
          `serial: expected each serial once, got \`${part.serial}\` again, first on line ${other}`,
        );
      lineOf.set(part.serial, row.line);
    }
    return [part];
  });
  if (parts.length === 0) refuse(file, 'expected one part at least, got none but ignored ones');
  return deepFreeze({ schema: 'assay/manifest', schemaVersion: 1, parts });
}

/** Spreadsheets write columns that were once touched, without a name. */
const named = (header: CsvRow): CsvRow => ({
  ...header,
  fields: header.fields.filter((field) => field.trim() !== ''),
});

/** A row without the cells of such columns, which must be empty: what stands in them would be read by nobody. */
function withoutNameless(row: CsvRow, header: CsvRow, place: string): CsvRow {
  const isNamed = (index: number): boolean => (header.fields[index]?.trim() ?? '') !== '';
  const stray = row.fields.findIndex((field, index) => field.trim() !== '' && !isNamed(index));
  if (stray >= 0)
    refuse(
      place,
      `expected a name for column ${stray + 1}, got none for \`${(row.fields[stray] ?? '').slice(0, 40)}\``,
      'Name the column in the first line, or empty it.',
    );
  return { ...row, fields: row.fields.filter((_, index) => isNamed(index)) };
}

function readHeader(
  { fields }: CsvRow,
  place: string,
  columns: ManifestMapping['columns'],
): readonly Heading[] {
  const mapped = fields.map((field) => meaningOf(field, columns));
  const meant = fields.map((field, index) => mapped[index] ?? plainWord(field));
  const names = meant.map((name, index) => {
    const field = fields[index] ?? '';
    // Only who maps columns can leave one out: a supplier's own word for one is not ours.
    if (mapped[index] === 'ignore') return 'ignore';
    const column = manifestColumns.find((each) => each === name);
    if (column === undefined)
      return refuse(
        place,
        `expected a column of a manifest, got \`${field}\``,
        suggestName(name, manifestColumns),
      );
    if (meant.indexOf(name) < index) refuse(place, `expected each column once, got \`${field}\` again`);
    return column;
  });
  for (const column of ['node', 'part'] as const) {
    if (!names.includes(column))
      refuse(place, `expected a column \`${column}\`, got ${names.map((name) => `\`${name}\``).join(', ')}`);
  }
  return names;
}

function readPart(
  { fields }: CsvRow,
  names: readonly Heading[],
  place: string,
  parts: ManifestMapping['parts'],
): ManifestPart | undefined {
  if (fields.length !== names.length)
    refuse(place, `expected ${names.length} fields as in the line of column names, got ${fields.length}`);
  const texts = names.map((name, index) => [name, fields[index]?.trim() ?? ''] as const);
  const given = Object.fromEntries(texts.filter(([name, text]) => name !== 'ignore' && text !== ''));
  // Text that is no number stays text, for the schema to refuse.
  const { count = '1' } = given;
  const part = given['part'] === undefined ? {} : { part: meaningOf(given['part'], parts) ?? given['part'] };
  if (part.part === 'ignore' && meaningOf(given['part'] ?? '', parts) === 'ignore') return undefined;
  const row = { ...given, ...part, count: /^\d{1,9}$/.test(count) ? Number(count) : count };
  const parsed = ManifestPart.safeParse(row);
  if (!parsed.success) {
    const { message, hint } = describeIssues(place, ManifestPart, row, parsed.error);
    throw new AssayError('CONFIG_INVALID', message, { hint: hint ?? 'Correct the value named above.' });
  }
  const { serial } = parsed.data;
  if (serial !== undefined && /^\d+(?:[.,]\d+)?E\+\d+$/i.test(serial)) {
    refuse(
      place,
      `serial: expected a serial number, got \`${serial}\``,
      'A spreadsheet has rounded it: format the column as text and export it again.',
    );
  }
  return parsed.data;
}

function refuseNode(node: string, known: ReadonlySet<string>, place: string): never {
  const isSet = /[[\],!@]/.test(node);
  return refuse(
    place,
    `node: expected ${isSet ? 'one node, not a set' : 'a node of the inventory'}, got \`${node}\``,
    isSet ? 'Write one row for each node.' : suggestName(node, known),
  );
}

function refuse(place: string, problem: string, hint = 'Correct the manifest.'): never {
  throw new AssayError('CONFIG_INVALID', `${place}: ${problem}`, { hint });
}
