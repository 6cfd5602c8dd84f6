import { nameOf } from '../../workloads/kit/subject.ts';
import type { ComparedAsset, Comparison, ComparisonRow, Outcome } from '../verdict/comparison.ts';
import { compareOutcomes } from '../verdict/comparison.ts';
import {
  changeWords,
  comparisonNote,
  comparisonReason,
  comparisonSentences,
  comparisonWords,
  goodnessWords,
  intervalWords,
  matchWords,
  methodSentences,
  outcomeMarks,
  outcomeWords,
  pairWords,
  tallyAssets,
} from '../verdict/words/comparison-words.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { exitWords, rehearsalSentence, rehearsalWords } from '../verdict/words/verdict-words.ts';
import type { Content, Row, Section, Text, Tone, Word } from './content.ts';
import { number, paragraph, plain, wide } from './content.ts';
import type { Paper } from './paper.ts';

const tones: Readonly<Record<Outcome, Tone>> = {
  inferior: 'bad',
  undecided: 'doubt',
  'not-compared': 'doubt',
  vanished: 'lost',
  appeared: 'none',
  'non-inferior': 'good',
};

export const outcomeWord = (outcome: Outcome): Word => ({
  kind: 'word',
  tone: tones[outcome],
  mark: outcomeMarks[outcome],
  text: outcomeWords[outcome],
});

/** A comparison as a report for readers. */
export function comparisonPaper(comparison: Comparison): Paper {
  const { profile, conclusion, assets, before, after, exitCode } = comparison;
  const opening = {
    tone: tones[conclusion],
    mark: outcomeMarks[conclusion],
    words: comparisonWords[conclusion],
    tally: tallyAssets(assets),
    sentence: comparisonSentences[conclusion],
    exit: exitWords(exitCode),
  };
  return {
    title: 'Before and after',
    promise: `${profile.title} (${profile.id} ${profile.version})`,
    note: comparisonNote,
    assay: comparison.assay,
    particulars: [
      { term: 'Before', text: runsText(before) },
      { term: 'After', text: runsText(after) },
    ],
    opening:
      comparison.rehearsal === true
        ? {
            ...opening,
            tone: 'none',
            mark: '■',
            words: rehearsalWords(opening.words),
            sentence: rehearsalSentence,
          }
        : opening,
    sections: [
      worseSection(comparison),
      openSection(comparison),
      metricsSection(comparison),
      assetsSection(comparison),
      methodSection(comparison),
    ],
  };
}

const runsText = (runs: Comparison['before']): string =>
  runs.map(({ id, startedAt }) => `${id} (${startedAt.slice(0, 10)})`).join(', ');

/** Who a row is about: the machine, its device, or the group. */
export const subjectText = ({ subject }: Pick<ComparisonRow, 'subject'>): string => nameOf(subject);

const metricText = ({ title, dimensions }: Pick<ComparisonRow, 'title' | 'dimensions'>): string =>
  [title, formatDimensions(dimensions)].filter((text) => text !== '').join(' · ');

function worseSection({ rows }: Comparison): Section {
  const worse = rows.filter(({ outcome }) => outcome === 'inferior');
  return {
    id: 'inferior',
    title: 'What got worse',
    note: 'By more than the margin, shown by sessions of both sides.',
    content: [
      worse.length === 0
        ? paragraph('Nothing is shown to be inferior.')
        : {
            kind: 'table',
            label: 'Metrics that are inferior',
            columns: [
              plain('Metric'),
              { title: 'Subject', role: 'group' },
              number('Before'),
              number('After'),
              number('As good'),
              number('Interval'),
            ],
            rows: worse.map((row) => ({
              cells: [
                metricText(row),
                [{ kind: 'name', text: subjectText(row) }],
                sideText(row, 'before'),
                sideText(row, 'after'),
                row.ratio === undefined ? '–' : goodnessWords(row.ratio.value),
                row.ratio === undefined ? '–' : intervalWords(row.ratio),
              ],
            })),
          },
    ],
  };
}

/** The median of sessions in the middle, and how many there are. */
function sideText(row: ComparisonRow, side: 'before' | 'after'): Text {
  const sessions = row[side]?.sessions.toSorted((a, b) => a - b) ?? [];
  const middle = sessions[Math.floor((sessions.length - 1) / 2)];
  return middle === undefined ? '–' : formatQuantity(middle, row.unit);
}

const openOutcomes: readonly Outcome[] = ['undecided', 'not-compared', 'vanished'];

/** One row for each reason: a thousand machines that lack a session lack it for one reason. */
function openSection({ rows }: Comparison): Section {
  const open = rows.filter(({ outcome }) => openOutcomes.includes(outcome));
  const groups = Map.groupBy(open, (row) =>
    JSON.stringify([row.outcome, row.metric, comparisonReason(row.reason), spanOf(row)]),
  );
  return {
    id: 'open',
    title: 'What is not decided',
    note: 'It is not shown to be as good as before.',
    content: [
      open.length === 0
        ? paragraph(
            rows.length === 0
              ? 'Nothing that both sides have was measured on both.'
              : 'Nothing: every metric that both sides have is decided.',
          )
        : {
            kind: 'table',
            label: 'Metrics that are not decided',
            columns: [
              plain('Metric'),
              { title: 'Outcome', role: 'word' },
              wide('Reason'),
              number('Rows'),
              wide('About'),
            ],
            rows: [...groups.values()].flatMap(([first, ...more]): readonly Row[] =>
              first === undefined
                ? []
                : [
                    {
                      cells: [
                        first.title,
                        [outcomeWord(first.outcome)],
                        first.reason.say === 'interval'
                          ? 'the interval includes the margin'
                          : comparisonReason(first.reason),
                        String(more.length + 1),
                        foldNames([first, ...more].map(subjectText)),
                      ],
                    },
                  ],
            ),
          },
    ],
  };
}

const spanOf = (row: ComparisonRow): boolean => row.ratio !== undefined;

/** Each metric over all machines: what decides stands by machine, this row decides nothing. */
function metricsSection({ rows }: Comparison): Section {
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

const whereText = (place: ComparedAsset['before']): string =>
  place === undefined
    ? '–'
    : [place.node, [place.rack, place.slot].filter((each) => each !== undefined).join(' / ')]
        .filter((text) => text !== '')
        .join(' at ');

/** Machines that are the same in all but their names stand together. */
function assetsSection({ assets }: Comparison): Section {
  const groups = Map.groupBy(assets, ({ change, how, outcome, pairs }) =>
    JSON.stringify([change, how, outcome, pairs]),
  );
  const rows = [...groups.values()].toSorted(([a], [b]) =>
    compareOutcomes(a?.outcome ?? 'appeared', b?.outcome ?? 'appeared'),
  );
  const moved = assets.filter(({ change }) => change === 'moved');
  return {
    id: 'machines',
    title: 'Machines',
    note: 'A machine is the same one by its serial number or the UUID of its board. A place or a name alone is no proof, and is marked.',
    content: [
      {
        kind: 'table',
        label: 'Machines of both sides',
        columns: [
          plain('Machines'),
          { title: 'Change', role: 'word' },
          { title: 'Outcome', role: 'word' },
          plain('Taken for the same by'),
          number('Number'),
        ],
        rows: rows.map((those) => ({
          cells: [
            foldNames(those.map(({ before, after }) => (after ?? before)?.node ?? '')),
            changeWords[those[0]?.change ?? 'same'],
            those[0]?.outcome === undefined
              ? '–'
              : {
                  kind: 'noted',
                  text: [outcomeWord(those[0].outcome)],
                  note: those[0].pairs === undefined ? '' : pairWords,
                },
            those[0]?.how === undefined ? '–' : matchWords[those[0].how],
            String(those.length),
          ],
        })),
      },
      ...(moved.length === 0
        ? []
        : [
            {
              kind: 'list',
              items: moved.map(({ before, after }) => `${whereText(before)} is now ${whereText(after)}`),
            } as const,
          ]),
    ],
  };
}

const methodSection = (comparison: Comparison): Section => ({
  id: 'method',
  title: 'How it was compared',
  note: 'What such intervals are worth is measured: docs/variability.md.',
  content: [
    { kind: 'list', items: methodSentences(comparison) },
    {
      kind: 'table',
      depth: 'ticket',
      label: 'Runs',
      columns: [
        plain('Run'),
        { title: 'Side', role: 'word' },
        plain('Began'),
        plain('Purpose'),
        plain('Suite'),
        plain('Measured by'),
      ],
      rows: (['before', 'after'] as const).flatMap((side) =>
        comparison[side].map(({ id, startedAt, purpose, suite, assay }) => ({
          cells: [
            id,
            side,
            startedAt.slice(0, 16).replace('T', ' '),
            purpose,
            `${suite.id} ${suite.version}`,
            `Assay ${assay}`,
          ],
        })),
      ),
    },
  ],
});
