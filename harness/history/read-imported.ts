import * as z from 'zod';
import { sha256 } from '../../agents/protocol/chain.ts';
import { nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { parseJson } from '../../workloads/kit/parse-json.ts';
import { readCsv } from '../config/read-csv.ts';
import { median } from '../stats/median.ts';
import type { Note } from './event-state.ts';
import type { RunRows } from './run-rows.ts';
import type { Tables } from './tables.ts';

/** Numbers of a site, and notes of an export. */
export interface Imported {
  /** One for each night. */
  readonly runs: readonly RunRows[];
  readonly notes: readonly Note[];
}

const word = z.string().trim().min(1).max(100);
const number = z.number();
/** One row of a site: a night of a series. The unit is the site's own; nothing is converted. */
const Row = z.strictObject({
  night: z.iso.date(),
  machine: word,
  device: word.optional(),
  metric: word,
  unit: word,
  better: z.enum(['higher', 'lower']),
  /** Make and model: machines that are alike are held against each other. */
  kind: word.default('imported'),
  dimensions: z.string().max(200).default(''),
  values: z.array(number).min(1).max(1000),
});
type Row = z.infer<typeof Row>;

const action = z.enum(['acknowledged', 'repaired', 'explained', 'no cause found']);
const NoteRow = z.strictObject({
  table: z.literal('note'),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  event: word,
  scope: word,
  spells: z.string().max(10_000_000),
  night: z.number().int(),
  at: z.iso.datetime(),
  action,
  author: word,
  words: z.string().max(2000),
});
const Spells = z.array(z.tuple([z.string().max(100), z.number().int()]));

/**
 * Reads a file of a site's own older numbers: CSV with a line of names, or a JSON object on each line; or an export, of which only the notes
 * are taken, since runs say the rest themselves. Several rows of a series and a night are its values. Throws CONFIG_INVALID with the line.
 */
export function readImported(file: string, text: string, today: number): Imported {
  const refuse = (line: number, found: string): never => {
    throw new AssayError('CONFIG_INVALID', `${file}: line ${line}: ${found}`, {
      hint: 'Columns: night, machine, metric, unit, better (higher or lower), value; also device, kind, dimensions. Nothing of the file was taken.',
    });
  };
  const check = <T>(schema: z.ZodType<T>, line: number, value: unknown): T => {
    const read = schema.safeParse(value);
    return read.success
      ? read.data
      : refuse(line, z.prettifyError(read.error).replaceAll('\n', ' ').slice(0, 300));
  };
  const notes: Note[] = [];
  const rows: Row[] = [];
  const take = (line: number, value: unknown): void => {
    const row = check(Row, line, value);
    if (nightOfDate(row.night) > today) refuse(line, `expected a night that was, got ${row.night}`);
    rows.push(row);
  };
  if (text.trimStart().startsWith('{'))
    for (const [at, each] of text.split('\n').entries()) {
      if (each.trim() === '') continue;
      const value = parseJson(each);
      if (typeof value !== 'object' || value === null) return refuse(at + 1, 'expected a JSON object');
      if (!('table' in value)) take(at + 1, value);
      else if (value.table === 'note') {
        const { table: _, ...note } = check(NoteRow, at + 1, value);
        check(Spells, at + 1, parseJson(note.spells));
        if (sha256(JSON.stringify({ ...note, id: undefined })) !== note.id)
          refuse(at + 1, 'expected a note as it was written, found another under its digest');
        notes.push(note);
      }
    }
  else for (const { line, row } of csvRows(text, refuse)) take(line, row);
  return { runs: runsOf(rows), notes };
}

function csvRows(
  text: string,
  refuse: (line: number, found: string) => never,
): readonly { readonly line: number; readonly row: unknown }[] {
  const read = readCsv(text);
  if (!read.ok) return refuse(1, read.error);
  const [head, ...rows] = read.value;
  const names = (head?.fields ?? []).map((name) => name.trim());
  if (new Set(names).size < names.length) refuse(1, 'expected each column once');
  return rows.map(({ line, fields }) => {
    if (fields.length !== names.length) refuse(line, `expected ${names.length} fields, got ${fields.length}`);
    const { value = '', ...row } = Object.fromEntries(
      names.map((name, at) => [name, fields[at] ?? '']).filter(([, each]) => each !== ''),
    ) as Record<string, string>;
    if (!plainNumber.test(value))
      refuse(line, `expected a number in \`value\`, got \`${value.slice(0, 40)}\``);
    return { line, row: { ...row, values: [Number(value)] } };
  });
}

const plainNumber = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** The rows as a run for each night: nobody certifies them, and they are no other series than those of the same file. */
function runsOf(rows: readonly Row[]): readonly RunRows[] {
  return [...Map.groupBy(rows, ({ night }) => night)].map(([date, those]): RunRows => {
    const digest = sha256(JSON.stringify(those));
    const id = `imported-${date}-${digest.slice(0, 16)}`;
    const series = new Map<string, { row: Tables['series']; machine: string; values: number[] }>();
    for (const each of those) {
      const row = seriesOf(each);
      const found = series.get(row.id) ?? { row, machine: each.machine, values: [] };
      found.values.push(...each.values);
      series.set(row.id, found);
    }
    return {
      run: {
        id,
        digest,
        night: nightOfDate(date),
        started: `${date}T00:00:00.000Z`,
        suite: 'imported',
        profile: 'imported',
        origin: 'imported',
      },
      attendance: [],
      states: [],
      series: [...series.values()].map(({ row }) => row),
      points: [...series.values()].map(({ row, machine, values }) => ({
        series: row.id,
        run: id,
        node: machine,
        n: values.length,
        median: median(values),
        min: Math.min(...values),
        max: Math.max(...values),
      })),
    };
  });
}

function seriesOf({ machine, device, metric, unit, better, kind, dimensions }: Row): Tables['series'] {
  const name = machine.replaceAll('/', '_');
  const subject = device === undefined ? name : `${name}/${device}`;
  const stratum = sha256(JSON.stringify(['imported', kind, metric, dimensions, unit, better]));
  const id = sha256(JSON.stringify([subject, stratum]));
  return { id, subject, stratum, kind, metric, dimensions, tool: 'imported', unit, better, title: metric };
}
