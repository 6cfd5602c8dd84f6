import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../../harness/config/read-csv.ts';

const anyText = fc.string({ unit: fc.constantFrom('a', 'ä', ' ', '"', ',', ';', '\r', '\n', '\uFEFF') });
const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
/** As a spreadsheet writes it: with quotes only where they are needed. */
const write = (field: string): string => (/["\r\n,;]/.test(field) ? quote(field) : field);

describe('readCsv', () => {
  it('reads what was written, with either delimiter and line break, quoted where needed or everywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyText, anyText, anyText), { maxLength: 8 }),
        fc.constantFrom(',', ';'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom(quote, write),
        (table, delimiter, lineBreak, writeField) => {
          const rows = [['one', 'two', 'three'], ...table];
          const text = rows.map((row) => row.map(writeField).join(delimiter)).join(lineBreak);
          const read = readCsv(text);
          expect(read.ok && read.value.map(({ fields }) => fields)).toEqual(
            rows.filter((row) => row.some((field) => field.trim() !== '')),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
  it('gives rows or an error, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const rows = readCsv(text);
        return rows.ok ? rows.value.every(({ fields }) => fields.length > 0) : rows.error.startsWith('line ');
      }),
      { numRuns: 1000 },
    );
  });
});
