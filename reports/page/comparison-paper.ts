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
  pairWords,
  tallyAssets,
} from '../verdict/words/comparison-words.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { exitWords, rehearsalSentence, rehearsalWords } from '../verdict/words/verdict-words.ts';
import { metricsSection } from './comparison-metrics.ts';
import { metricText, outcomeWord, subjectText, tones } from './comparison-rows.ts';
import type { Row, Section, Text } from './content.ts';
import { number, paragraph, plain, wide } from './content.ts';
import type { Paper } from './paper.ts';

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

/** The median of what its sessions have. */
function sideText(row: ComparisonRow, side: 'before' | 'after'): Text {
  const sessions = row[side]?.sessions.toSorted((a, b) => a - b) ?? [];
  const [low, high] = [sessions[(sessions.length - 1) >> 1], sessions[sessions.length >> 1]];
  return low === undefined || high === undefined ? '–' : formatQuantity((low + high) / 2, row.unit);
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
