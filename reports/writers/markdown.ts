import type { Defect, Measurement, Verdict } from '../verdict/verdict.ts';
import { blameSentences, looseBlames, whereabouts } from '../format/blame-sentences.ts';
import { blockSection, blockShownSection, trialLines } from '../format/block-markdown.ts';
import { isBlock, partWords } from '../verdict/words/block-words.ts';
import { checkCommands } from '../format/check-commands.ts';
import { cleanText } from '../text/clean-text.ts';
import { countAttempts } from '../format/count-attempts.ts';
import type { AssetGroup } from '../format/fold-assets.ts';
import { foldAssets } from '../format/fold-assets.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { foldNotShown } from '../format/fold-not-shown.ts';
import { foldPunchList } from '../format/fold-punch-list.ts';
import { foldShown } from '../format/fold-shown.ts';
import { formatDimensions } from '../verdict/words/format-dimensions.ts';
import { formatMoment } from '../format/format-moment.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { formatRange } from '../verdict/words/format-range.ts';
import { inTheWay } from '../format/in-the-way.ts';
import { escapeMarkdown, markdownCode, markdownTable } from '../format/markdown.ts';
import { uncoveredRows } from '../format/uncovered-cells.ts';
import {
  cellMarks,
  conclusionMarks,
  conclusionWords,
  countWords,
  emptyPunchList,
  exitWords,
  kindNotes,
  openingOf,
  profileOf,
  titleOf,
} from '../verdict/words/verdict-words.ts';

const md = escapeMarkdown;

/** The report as GitHub-flavoured Markdown: what is worth reading in a ticket; the HTML report has every cell. */
export function renderMarkdown(verdict: Verdict): string {
  const sections = [
    headLines(verdict),
    ...(isBlock(verdict) ? [blockSection(verdict)] : []),
    ['## Assets', '', ...foldAssets(verdict.assets).flatMap(assetLines)],
    punchLines(verdict),
    ...(isBlock(verdict)
      ? [blockShownSection(verdict)]
      : [['## What was shown', '', ...shownLines(verdict)]]),
    ['## Not shown', '', ...notShownLines(verdict)],
    // What single nodes of a block measured is in their own reports.
    ...(isBlock(verdict) ? [] : [['## Measured', '', ...measuredLines(verdict.measurements)]]),
    ['## Attempts', '', md(countAttempts(verdict)), ...trialLines(verdict)],
    [
      '## Check it',
      '',
      ...checkCommands(verdict).map(({ command, what }) => `- ${markdownCode(command)} ${md(what)}`),
    ],
  ];
  return `${sections.map((lines) => lines.join('\n').trimEnd()).join('\n\n')}\n`;
}

function headLines(verdict: Verdict): readonly string[] {
  const { run, suite, counts } = verdict;
  const opening = openingOf(verdict);
  return [
    `# ${titleOf(verdict)}`,
    '',
    `Profile ${md(profileOf(verdict))} · run ${md(run.id)} · ${md(formatMoment(run.startedAt))} · suite ${md(`${suite.id} ${suite.version}`)} · Assay ${md(verdict.assay)}`,
    '',
    `**${opening.mark} ${md(opening.words)}.** ${opening.tally === undefined ? '' : `${opening.tally}. `}${opening.sentence} ${exitWords(verdict.exitCode)}`,
    ...(isBlock(verdict) ? ['', md(inTheWay(verdict))] : []),
    ...(verdict.block?.whole === undefined ? [] : ['', md(partWords(verdict.block.whole))]),
    '',
    md(verdict.headline),
    '',
    `_${kindNotes[verdict.kind]}_`,
    '',
    `- required: ${countWords(counts.required)}`,
    `- advisory: ${countWords(counts.advisory)}`,
  ];
}

function assetLines({ asset, nodes }: AssetGroup): readonly string[] {
  return [
    `**${md(foldNames(nodes))}: ${asset.verdict}** – ${md(asset.meaning)}. Decided by: ${md(asset.reason)} (class ${md(asset.class.id)}, ${asset.class.how})`,
    '',
    ...markdownTable(
      ['Purpose', 'Conclusion', 'Reason'],
      asset.ladder.map((rung) => [
        md(rung.profile),
        `${conclusionMarks[rung.conclusion]} ${conclusionWords[rung.conclusion]}`,
        md(rung.reason),
      ]),
    ),
    '',
  ];
}

function punchLines(verdict: Verdict): readonly string[] {
  const uncovered = uncoveredRows(verdict);
  const defects = foldPunchList(verdict);
  return [
    `## Punch list (${defects.length})`,
    '',
    ...(defects.length === 0
      ? [emptyPunchList(verdict)]
      : defects.flatMap((defect, place) => defectLines(defect, place, verdict))),
    ...looseBlames(verdict).flatMap(({ reason }) => ['', md(reason)]),
    ...(uncovered.length === 0
      ? []
      : [
          '',
          `Not met and in no defect: ${uncovered.map((cell) => `${markdownCode(cell.id)} (${cell.verdict})`).join(', ')}`,
        ]),
  ];
}

const defectLines = (defect: Defect, place: number, verdict: Verdict): readonly string[] => [
  `${place + 1}. **${md(whereabouts(verdict, defect).join(' · '))}** · ${defect.owner} · ${cellMarks[defect.verdict]} ${defect.verdict} · ${defect.cells.length} ${defect.cells.length === 1 ? 'cell' : 'cells'}`,
  `   ${md(defect.symptom)}`,
  ...blameSentences(verdict, defect).map((sentence) => `   ${md(sentence)}`),
  `   **To do:** ${md(defect.action)}`,
  ...(defect.retest === undefined ? [] : [`   Re-test: ${md(defect.retest)}`]),
];

function shownLines(verdict: Verdict): readonly string[] {
  const rows = foldShown(verdict);
  if (rows.length === 0) return ['Nothing: no cell of the profile passes.'];
  return markdownTable(
    ['Requirement', 'Limit', 'Nearest to it', 'Margin', 'Subjects'],
    rows.map((row) => [
      `${md(row.title)}${row.level === 'advisory' ? ' (advisory)' : ''}`,
      md(row.limit),
      md(`${row.end === 'found' ? '' : `${row.end} `}${row.worst}`),
      row.margin,
      `${row.passed} of ${row.applicable}`,
    ]),
  );
}

function notShownLines(verdict: Verdict): readonly string[] {
  const rows = foldNotShown(verdict);
  if (rows.length === 0) return ['The document names nothing.'];
  return rows.map((row) => `- ${row.what.map((what) => `**${md(what)}**`).join('; ')}: ${md(row.reason)}`);
}

function measuredLines(measurements: readonly Measurement[]): readonly string[] {
  if (measurements.length === 0) return ['Nothing was measured.'];
  return markdownTable(
    ['Metric', 'Subject', 'Tool', 'n', 'Median', 'Min – max', 'Remark'],
    measurements.map((measurement) => [
      md(
        [measurement.title, formatDimensions(measurement.dimensions)]
          .filter((text) => text !== '')
          .join(', '),
      ),
      md(measurement.subject),
      md(cleanText(`${measurement.tool} ${measurement.toolVersion ?? ''}`).trim()),
      String(measurement.n),
      formatQuantity(measurement.median, measurement.unit),
      formatRange(measurement.min, measurement.max, measurement.unit),
      [
        measurement.origin === 'embedded' ? '*indicative*' : '',
        measurement.invalid === undefined ? '' : `⊘ invalid: ${md(measurement.invalid)}`,
      ]
        .filter((text) => text !== '')
        .join(' '),
    ]),
  );
}
