import type { AssetVerdict, Defect, Measurement, Verdict } from '../schema/verdict.ts';
import { checkCommands } from './check-commands.ts';
import { cleanText } from './clean-text.ts';
import { countAttempts } from './count-attempts.ts';
import { foldNotShown } from './fold-not-shown.ts';
import { foldShown } from './fold-shown.ts';
import { formatDimensions } from './format-dimensions.ts';
import { formatMoment } from './format-moment.ts';
import { formatQuantity } from './format-quantity.ts';
import { formatRange } from './format-range.ts';
import { escapeMarkdown, markdownCode, markdownTable } from './markdown.ts';
import { uncoveredCells } from './uncovered-cells.ts';
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
} from './verdict-words.ts';

const md = escapeMarkdown;

/** The report as GitHub-flavoured Markdown: what is worth reading in a ticket; the HTML report has every cell. */
export function renderMarkdown(verdict: Verdict): string {
  const sections = [
    headLines(verdict),
    ['## Assets', '', ...verdict.assets.flatMap(assetLines)],
    [`## Punch list (${verdict.defects.length})`, '', ...punchLines(verdict)],
    ['## What was shown', '', ...shownLines(verdict)],
    ['## Not shown', '', ...notShownLines(verdict)],
    ['## Measured', '', ...measuredLines(verdict.measurements)],
    ['## Attempts', '', md(countAttempts(verdict))],
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
    `**${opening.mark} ${md(opening.words)}.** ${opening.sentence} ${exitWords(verdict.exitCode)}`,
    '',
    md(verdict.headline),
    '',
    `_${kindNotes[verdict.kind]}_`,
    '',
    `- required: ${countWords(counts.required)}`,
    `- advisory: ${countWords(counts.advisory)}`,
  ];
}

function assetLines(asset: AssetVerdict): readonly string[] {
  return [
    `**${md(asset.node)}: ${asset.verdict}** – ${md(asset.meaning)}. Decided by: ${md(asset.reason)} (class ${md(asset.class.id)}, ${asset.class.how})`,
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
  const uncovered = uncoveredCells(verdict);
  return [
    ...(verdict.defects.length === 0 ? [emptyPunchList(verdict)] : verdict.defects.flatMap(defectLines)),
    ...(uncovered.length === 0
      ? []
      : [
          '',
          `Not met and in no defect: ${uncovered.map((cell) => `${markdownCode(cell.id)} (${cell.verdict})`).join(', ')}`,
        ]),
  ];
}

const defectLines = (defect: Defect, place: number): readonly string[] => [
  `${place + 1}. **${md(defect.subject)}** · ${defect.owner} · ${cellMarks[defect.verdict]} ${defect.verdict} · ${defect.cells.length} ${defect.cells.length === 1 ? 'cell' : 'cells'}`,
  `   ${md(defect.symptom)}`,
  `   **To do:** ${md(defect.action)}`,
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
