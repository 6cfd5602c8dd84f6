import type { Comparison, ComparisonRow, Outcome } from '../verdict/comparison.ts';
import { compareOutcomes } from '../verdict/comparison.ts';
import { goodnessWords, outcomeMarks } from '../verdict/words/comparison-words.ts';
import { metricText, subjectText, tones } from './comparison-rows.ts';
import type { Content, Row, Section, Text } from './content.ts';
import { number, paragraph, plain } from './content.ts';

/** Each metric over all machines: what decides stands by machine, this row decides nothing. */
export function metricsSection({ rows }: Comparison): Section {
  const compared = rows.filter(({ ratio }) => ratio !== undefined);
  const groups = Map.groupBy(compared, metricText);
  return {
    id: 'metrics',
    title: 'Every metric over all machines',
    note: 'The mean is geometric and decides nothing: what all machines have in common, as a warm hall, is in all of its numbers alike. Rows decide one by one.',
    content: [
      ...forestOf(compared),
      compared.length === 0
        ? paragraph('No metric has an interval.')
        : {
            kind: 'table',
            label: 'Metrics over all machines',
            columns: [
              plain('Metric'),
              number('Rows'),
              number('Mean'),
              number('Lowest'),
              number('Highest'),
              number('Inferior'),
              number('Undecided'),
              number('Not inferior'),
            ],
            rows: [...groups].map(([title, those]) => metricRow(title, those)),
          },
    ],
  };
}

/** More lines than that nobody tells apart. */
const mostDrawn = 40;

/** The rows with the lowest ratios, each with its interval. */
export function forestOf(rows: readonly ComparisonRow[]): readonly Content[] {
  const drawn = rows
    .flatMap((row) => (row.ratio === undefined ? [] : [{ ...row, ratio: row.ratio }]))
    .toSorted((a, b) => compareOutcomes(a.outcome, b.outcome) || a.ratio.value - b.ratio.value)
    .slice(0, mostDrawn);
  if (drawn.length === 0) return [];
  const margins = new Set(drawn.map(({ margin }) => margin));
  const [margin] = margins;
  return [
    {
      kind: 'picture',
      depth: 'page',
      picture: {
        kind: 'forest',
        label: `How good each metric is after, as a share of before, with its interval: ${drawn.length} of ${rows.length} rows, the worst first`,
        floor: margins.size === 1 && margin !== undefined ? 1 - margin : undefined,
        rows: drawn.map((row) => ({
          name: `${subjectText(row)} · ${row.title}`,
          tone: tones[row.outcome],
          mark: outcomeMarks[row.outcome],
          ...row.ratio,
        })),
      },
    },
  ];
}

function metricRow(title: string, rows: readonly ComparisonRow[]): Row {
  const sorted = rows.toSorted((a, b) => (a.ratio?.value ?? 0) - (b.ratio?.value ?? 0));
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  const mean = Math.exp(
    sorted.reduce((sum, { ratio }) => sum + Math.log(ratio?.value ?? 1), 0) / rows.length,
  );
  const count = (outcome: Outcome): Text => {
    const found = rows.filter((row) => row.outcome === outcome).length;
    return found === 0 ? [{ kind: 'zero', text: '0' }] : String(found);
  };
  const end = (row: ComparisonRow | undefined) =>
    ({
      kind: 'noted',
      text: goodnessWords(row?.ratio?.value ?? 1),
      note: row === undefined ? '' : subjectText(row),
    }) as const;
  return {
    cells: [
      title,
      String(rows.length),
      goodnessWords(mean),
      end(lowest),
      end(highest),
      count('inferior'),
      count('undecided'),
      count('non-inferior'),
    ],
  };
}
