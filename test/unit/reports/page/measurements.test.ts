import { describe, expect, it } from 'vitest';
import type { Section, TableCell } from '../../../../reports/page/content.ts';
import { measurementsSection } from '../../../../reports/page/measurements.ts';
import type { Measurement } from '../../../../reports/verdict/measurement.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { exampleMeasurement, exampleVerdict, quoted } from '../../../support/example-verdict.ts';
import { acceptedVerdict, vmVerdict } from '../../../support/judged-examples.ts';

const sectionOf = (verdict: Verdict): Section => measurementsSection(createLookup(verdict));

/** What stands in the column of medians, row by row. */
function mediansOf({ content }: Section): readonly (TableCell | undefined)[] {
  const [table] = content;
  if (table?.kind !== 'table') throw new Error(`expected a table, got ${table?.kind}`);
  const column = table.columns.findIndex(({ title }) => title === 'Median');
  return table.rows.map(({ cells }) => cells[column]);
}

const figure = (text: string) => ({ kind: 'figure', text });
const withInterval = (text: string, confidence: string, range: string) => ({
  kind: 'noted',
  text,
  note: [figure(`${confidence} interval`), ' ', figure(range)],
});

/** The section of one measurement of six runs, with these changes. */
const sectionOfOne = (changes: Partial<Measurement>): Section => {
  const measurement = exampleMeasurement([10, 11, 12, 13, 14, 15], {
    metric: 'm.x',
    title: 'X',
    unit: 'W',
    subject: 'n',
    tool: 't',
  });
  return sectionOf(exampleVerdict({ cells: [], measurements: [{ ...measurement, ...changes }] }));
};

describe('measurementsSection', () => {
  it('has the interval below the median of six runs or more, in the order of the verdict', () => {
    const verdict = acceptedVerdict();
    expect(verdict.measurements.map(({ metric, n }) => [metric, n])).toEqual([
      ['clock.offset', 6],
      ['copy.wrong', 9],
      ['copy.wrong', 9],
      ['copy.wrong', 12],
      ['matmul.throughput', 3],
      ['nvme.randomReadRate', 9],
      ['sha256.throughput', 12],
    ]);
    expect(mediansOf(sectionOf(verdict))).toEqual([
      withInterval('45.50 µs', '96 %', '41.00 – 52.00 µs'),
      '0',
      '0',
      '0',
      '1.524 TFLOPS',
      withInterval('448,000 IOPS', '96 %', '445,000 – 451,000 IOPS'),
      withInterval('1.382 GB/s', '96 %', '1.377 – 1.388 GB/s'),
    ]);
  });

  it.each([
    [0.96875, '96 %'],
    [0.9999, '99 %'],
    [0.95, '95 %'],
    [0.978515625, '97 %'],
  ])('rounds a confidence of %d down to %s', (confidence, words) => {
    expect(mediansOf(sectionOfOne({ interval: { lower: 11, upper: 14, confidence } }))).toEqual([
      withInterval('12.50 W', words, '11.00 – 14.00 W'),
    ]);
  });

  it('says one value of an interval whose ends are equal', () => {
    expect(mediansOf(sectionOfOne({ interval: { lower: 12, upper: 12, confidence: 0.96875 } }))).toEqual([
      withInterval('12.50 W', '96 %', '12.00 W'),
    ]);
  });

  it.each([
    ['of wrong results, of which every run counts', { correctness: true }],
    ['of numbers that cannot be used', { invalid: quoted('the clock stood still') }],
  ])('has no interval %s', (_, changes) => {
    const section = sectionOfOne(changes);
    expect(mediansOf(section)).toEqual(['12.50 W']);
    expect(section.note).not.toContain('interval');
  });

  it('says what an interval is where there is one, and that its absence is no certainty', () => {
    const { note } = sectionOf(acceptedVerdict());
    expect(note).toContain('An interval says where the median of runs like these lies');
    expect(note).toContain('no distribution is assumed, but the runs have to be independent');
    expect(note).toContain('Fewer than six runs give no interval: how sure their median is, is not known.');
    expect(sectionOf(vmVerdict()).note).not.toContain('interval');
  });
});
