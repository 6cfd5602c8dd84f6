import type { Measurement, Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { groupBy } from './group-by.ts';
import { tellingDimensions } from '../verdict/words/telling-dimensions.ts';
import type { TerminalPage } from './terminal-page.ts';
import { hang, padEnd, padStart } from './terminal-page.ts';
import { wrapText } from '../text/wrap-text.ts';

interface Row {
  readonly name: string;
  readonly n: string;
  readonly median: string;
  readonly range: string;
  readonly remark: string;
}

/** What was measured, by subject: median, lowest to highest, and from how many runs. */
export function measuredLines(verdict: Pick<Verdict, 'measurements'>, page: TerminalPage): readonly string[] {
  if (verdict.measurements.length === 0) return [page.paint('strong', 'MEASURED'), '  Nothing was measured.'];
  // Right results are cells of the verdict; only wrong or unusable checks are worth a line here.
  const shown = verdict.measurements.filter(
    (it) => !it.correctness || it.max > 0 || it.invalid !== undefined,
  );
  const groups = [...groupBy(shown, (measurement) => measurement.subject)];
  const rows = groups.map(([subject, measurements]) => ({
    subject,
    rows: measurements.map((it) => rowOf(it, verdict.measurements)),
  }));
  const widths = widthsOf([head, ...rows.flatMap((group) => group.rows)], page.columns);
  return [
    ...rowLines(head, widths, page).map((line) => page.paint('strong', line)),
    ...rows.flatMap((group) => [
      ...hang(group.subject, page, 2),
      ...group.rows.flatMap((row) => rowLines(row, widths, page)),
    ]),
  ];
}

const head: Row = { name: 'MEASURED', n: 'n', median: 'median', range: 'min – max', remark: '' };

function rowOf(measurement: Measurement, all: readonly Measurement[]): Row {
  const tool = cleanText(measurement.tool);
  const dimensions = formatDimensions(tellingDimensions(measurement, all));
  return {
    name: `${cleanText(measurement.title)}${dimensions === '' ? '' : `, ${dimensions}`} (${tool})`,
    n: String(measurement.n),
    median: formatQuantity(measurement.median, measurement.unit),
    range: measurement.n === 1 ? '–' : formatRange(measurement.min, measurement.max, measurement.unit),
    remark: [
      measurement.origin === 'embedded'
        ? 'indicative: measured by Assay itself, satisfies no required cell'
        : '',
      measurement.invalid === undefined ? '' : `⊘ invalid: ${measurement.invalid}`,
    ]
      .filter((text) => text !== '')
      .join('; '),
  };
}

interface Widths {
  readonly name: number;
  readonly n: number;
  readonly median: number;
  readonly range: number;
}

function widthsOf(rows: readonly Row[], columns: number): Widths {
  const widest = (key: 'n' | 'median' | 'range') => Math.max(...rows.map((row) => row[key].length));
  const numbers = { n: widest('n'), median: widest('median'), range: widest('range') };
  return { ...numbers, name: columns - numbers.n - numbers.median - numbers.range - 6 };
}

/** The name wraps in its column and the numbers stand on its first line; when no room is left, below it. */
function rowLines(row: Row, widths: Widths, page: TerminalPage): readonly string[] {
  const indent = row === head ? 0 : 4;
  const numbers = [
    padStart(row.n, widths.n),
    padStart(row.median, widths.median),
    padStart(row.range, widths.range),
  ].join('  ');
  const remark = row.remark === '' ? [] : hang(row.remark, page, 6);
  if (widths.name - indent < 16)
    return [
      ...hang(row.name, page, indent),
      ...hang(numbers.replace(/ {2,}/g, '  ').trim(), page, 6),
      ...remark,
    ];
  const [first = '', ...more] = wrapText(row.name, widths.name - indent);
  return [
    `${' '.repeat(indent)}${padEnd(first, widths.name - indent)}  ${numbers}`,
    ...more.map((line) => `${' '.repeat(indent)}${line}`),
    ...remark,
  ];
}
