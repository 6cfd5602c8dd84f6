import { nameOf } from '../../workloads/kit/subject.ts';
import { cleanText } from '../text/clean-text.ts';
import type { Comparison, ComparisonRow } from '../verdict/comparison.ts';
import { comparisonReason } from '../verdict/words/comparison-words.ts';
import { field } from './punch-list.ts';

const columns = [
  'node before',
  'node after',
  'subject',
  'metric',
  'dimensions',
  'unit',
  'better',
  'tool',
  'sessions before',
  'sessions after',
  'ratio',
  'lower',
  'upper',
  'margin',
  'outcome',
  'reason',
] as const;

/** Every row of a comparison as CSV (RFC 4180, CRLF); sessions are medians, in the order of time, with a blank between them. */
export const renderComparisonCsv = (comparison: Comparison): string =>
  [columns, ...comparison.rows.map((row) => fieldsOf(row, comparison))]
    .map((row) => `${row.map((text) => field(cleanText(text))).join(',')}\r\n`)
    .join('');

function fieldsOf(row: ComparisonRow, { assets }: Comparison): readonly string[] {
  const asset = row.asset === undefined ? undefined : assets[row.asset];
  return [
    asset?.before?.node ?? '',
    asset?.after?.node ?? '',
    nameOf(row.subject),
    row.metric,
    Object.entries(row.dimensions)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    row.unit,
    row.better,
    row.tool,
    row.before?.sessions.join(' ') ?? '',
    row.after?.sessions.join(' ') ?? '',
    String(row.ratio?.value ?? ''),
    String(row.ratio?.lower ?? ''),
    String(row.ratio?.upper ?? ''),
    String(row.margin),
    row.outcome,
    comparisonReason(row.reason),
  ];
}
