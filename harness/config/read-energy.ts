import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { readCsv } from './read-csv.ts';

const Row = z.strictObject({
  asset: z.string().trim().min(1).max(80),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  joule: z.coerce.number().gt(0).max(1e15),
  label: z.enum(['measured', 'BMC', 'firmware', 'nameplate']),
});

const columns = Object.keys(Row.shape);

export interface EnergyRow extends z.infer<typeof Row> {
  readonly line: number;
  readonly seconds: number;
}

const mostRows = 100_000;

/**
 * Energy of assets over periods: a CSV of asset, from, to (ISO 8601 UTC), joule, label. Throws CONFIG_INVALID for anything else, for a
 * period that does not end behind its beginning, and for two periods of an asset that overlap: what was used would count twice.
 */
export function readEnergy(text: string, file: string): readonly EnergyRow[] {
  const refuse = (line: number, message: string): AssayError =>
    new AssayError('CONFIG_INVALID', `${file}:${line}: ${message}`, {
      hint: `Columns are ${columns.join(', ')}; 1 kWh is 3600000 joule.`,
    });
  const rows = readCsv(text);
  if (!rows.ok) throw refuse(1, rows.error);
  const [header, ...records] = rows.value;
  const names = header?.fields.map((name) => name.trim().toLowerCase()) ?? [];
  if (names.length !== columns.length || columns.some((name) => !names.includes(name)))
    throw refuse(1, `expected the columns ${columns.join(', ')}, got \`${names.join(', ').slice(0, 120)}\``);
  if (records.length > mostRows) throw refuse(1, `expected at most ${mostRows} rows, got ${records.length}`);
  const read = records.map(({ line, fields }): EnergyRow => {
    if (fields.length !== names.length)
      throw refuse(line, `expected ${names.length} fields, got ${fields.length}`);
    const given = Object.fromEntries(names.map((name, at) => [name, fields[at]?.trim()]));
    const { data, error } = Row.safeParse(given);
    const [issue] = error?.issues ?? [];
    if (data === undefined) throw refuse(line, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    const seconds = (Date.parse(data.to) - Date.parse(data.from)) / 1000;
    if (!(seconds > 0)) throw refuse(line, `expected \`to\` behind \`from\`, got ${data.from} to ${data.to}`);
    return { ...data, line, seconds };
  });
  for (const own of Map.groupBy(read, ({ asset }) => asset).values()) {
    const inTime = own.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
    for (const [at, row] of inTime.entries()) {
      const before = inTime[at - 1];
      if (before !== undefined && Date.parse(before.to) > Date.parse(row.from))
        throw refuse(
          row.line,
          `expected each period of ${row.asset} once, got one that overlaps line ${before.line}`,
        );
    }
  }
  return read;
}
