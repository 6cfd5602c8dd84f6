import * as z from 'zod';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { MetricId } from '../../workloads/kit/sample.ts';
import { readCsv } from './read-csv.ts';

const columns = ['metric', 'spread', 'sessions', 'source'] as const;

const Spread = z.strictObject({
  metric: MetricId,
  /** Relative standard deviation between the medians of sessions, `0.012`. */
  spread: z.coerce.number().gt(0).max(1),
  /** Of how many sessions it is. */
  sessions: z.coerce.number().int().min(2).max(100_000),
  /** Who says so, and of which machines. */
  source: z.string().trim().min(1).max(200),
});
export type Spread = z.infer<typeof Spread>;

/**
 * Spreads between sessions that somebody knows from elsewhere: a CSV of metric, spread, sessions, source. Throws CONFIG_INVALID for
 * other columns, a value out of bounds, and a metric that stands twice.
 */
export function readSpreads(text: string, file: string): readonly Spread[] {
  const refuse = (line: number, message: string): AssayError =>
    new AssayError('CONFIG_INVALID', `${file}:${line}: ${message}`, {
      hint: `Columns are ${columns.join(', ')}; a spread is a share: 0.012 is 1.2 %.`,
    });
  const rows = readCsv(text);
  if (!rows.ok) throw refuse(1, rows.error);
  const [header, ...records] = rows.value;
  const names = header?.fields.map((name) => name.trim().toLowerCase()) ?? [];
  if (names.length !== columns.length || columns.some((name) => !names.includes(name)))
    throw refuse(1, `expected the columns ${columns.join(', ')}, got \`${names.join(', ').slice(0, 120)}\``);
  const seen = new Set<string>();
  return records.map(({ line, fields }) => {
    if (fields.length !== names.length)
      throw refuse(line, `expected ${names.length} fields, got ${fields.length}`);
    const { data, error } = Spread.safeParse(
      Object.fromEntries(names.map((name, at) => [name, fields[at]?.trim()])),
    );
    const [issue] = error?.issues ?? [];
    if (data === undefined) throw refuse(line, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    if (seen.has(data.metric)) throw refuse(line, `expected each metric once, got ${data.metric} again`);
    seen.add(data.metric);
    return data;
  });
}
