import type { Imported, ImportedRow, ImportedSample } from '../verdict/imported.ts';
import { goodnessWords, intervalWords } from '../verdict/words/comparison-words.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { formatExact, formatQuantity } from '../verdict/words/format-quantity.ts';
import {
  heldMarks,
  heldWords,
  importedNote,
  importedSentence,
  originWords,
  tallyImported,
} from '../verdict/words/imported-words.ts';
import { exitWords } from '../verdict/words/verdict-words.ts';
import { metricText, outcomeWord } from './comparison-rows.ts';
import type { Section, TableCell, Tone } from './content.ts';
import { noted, number, paragraph, plain, wide } from './content.ts';
import type { Paper } from './paper.ts';

/** Logs that somebody brought, as a report for readers. */
export function importedPaper(imported: Imported): Paper {
  const { hardware, exitCode, compared } = imported;
  const isBad = exitCode === 1;
  return {
    title: 'Imported logs',
    promise: tallyImported(imported),
    note: importedNote,
    assay: imported.assay,
    particulars:
      hardware === undefined
        ? []
        : [
            {
              term: 'Held against limits of',
              text: [hardware.class, hardware.model].filter(Boolean).join(', '),
            },
          ],
    opening: {
      tone: isBad ? 'bad' : 'doubt',
      mark: isBad ? '✖' : '◐',
      words: 'Imported, not certified',
      tally: tallyImported(imported),
      sentence: importedSentence(imported),
      exit: exitWords(exitCode),
    },
    sections: [
      ...(compared === undefined ? [] : [comparedSection(compared)]),
      samplesSection(imported),
      filesSection(imported),
      refusedSection(imported),
    ],
  };
}

const heldTones: Readonly<Record<NonNullable<ImportedSample['held']>['outcome'], Tone>> = {
  reaches: 'doubt',
  misses: 'bad',
  'not-judged': 'none',
};

function heldCell({ held, invalid, unit }: ImportedSample): TableCell {
  if (held === undefined) return invalid === undefined ? '–' : `invalid: ${invalid}`;
  const word = [
    {
      kind: 'word',
      tone: heldTones[held.outcome],
      mark: heldMarks[held.outcome],
      text: heldWords[held.outcome],
    },
  ] as const;
  if (held.outcome === 'not-judged') return noted(word, held.why);
  const sign = { atLeast: '≥', atMost: '≤', equal: '=' }[held.comparator];
  return noted(word, `${sign} ${formatExact(held.value, unit)} (${held.source})`);
}

function samplesSection({ samples, files, hardware }: Imported): Section {
  return {
    id: 'samples',
    title: 'What the logs say',
    note: 'Every number as it was printed, in base units; what a log does not say is not assumed.',
    content: [
      samples.length === 0
        ? paragraph('Nothing: no file was understood.')
        : {
            kind: 'table',
            label: 'Numbers of the logs',
            columns: [
              plain('Metric'),
              { title: 'Log', role: 'group' },
              plain('Of'),
              number('Value'),
              wide(hardware === undefined ? 'Usable' : 'Against the limit'),
            ],
            rows: samples.map((sample) => ({
              cells: [
                metricText(sample),
                [{ kind: 'name', text: files[sample.file]?.path ?? '' }],
                sample.device === undefined ? '–' : [{ kind: 'name', text: sample.device }],
                formatQuantity(sample.value, sample.unit),
                heldCell(sample),
              ],
            })),
          },
    ],
  };
}

function comparedSection(rows: readonly ImportedRow[]): Section {
  return {
    id: 'compared',
    title: 'Before and after',
    note: 'Each directory of logs is one session. With fewer than three a side nothing is decided.',
    content: [
      rows.length === 0
        ? paragraph('Nothing that can be compared.')
        : {
            kind: 'table',
            label: 'Metrics of both sides',
            columns: [
              plain('Metric'),
              plain('Of'),
              { title: 'Outcome', role: 'word' },
              number('Before'),
              number('After'),
              number('As good'),
              wide('Interval or reason'),
            ],
            rows: rows.map((row) => ({
              cells: [
                metricText(row),
                row.device === undefined ? '–' : [{ kind: 'name', text: row.device }],
                [outcomeWord(row.outcome)],
                sideText(row.before, row),
                sideText(row.after, row),
                row.ratio === undefined ? '–' : goodnessWords(row.ratio.value),
                row.ratio === undefined ? row.reason : intervalWords(row.ratio),
              ],
            })),
          },
    ],
  };
}

/** The median of the sessions. */
function sideText(sessions: readonly number[], { unit }: ImportedRow): string {
  const sorted = sessions.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? '–' : formatQuantity((low + high) / 2, unit);
}

function filesSection({ files }: Imported): Section {
  return {
    id: 'files',
    title: 'Logs that were understood',
    note: 'A format is recorded where a machine has printed a log of it that is a test of Assay, else rebuilt from public reports.',
    content: [
      files.length === 0
        ? paragraph('None.')
        : {
            kind: 'table',
            label: 'Logs',
            columns: [
              plain('Log'),
              plain('Format'),
              plain('Known by'),
              plain('Version'),
              number('Numbers'),
              wide('Left out'),
            ],
            rows: files.map(({ path, title, origin, toolVersion, samples, unmeasured }) => ({
              cells: [
                [{ kind: 'name', text: path }],
                title,
                originWords[origin],
                toolVersion ?? 'not said',
                String(samples),
                unmeasured.length === 0 ? '–' : unmeasured.join('; '),
              ],
            })),
          },
    ],
  };
}

function refusedSection({ refused }: Imported): Section {
  return {
    id: 'refused',
    title: 'Files that were not understood',
    note: 'Nothing of them is used.',
    content: [
      refused.length === 0
        ? paragraph('None.')
        : {
            kind: 'table',
            label: formatCount(refused.length, 'file'),
            columns: [plain('File'), wide('Reason')],
            rows: refused.map(({ path, why }) => ({ cells: [[{ kind: 'name', text: path }], why] })),
          },
    ],
  };
}
