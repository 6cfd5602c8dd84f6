import type { Verdict } from '../verdict/verdict.ts';
import { nodeWords } from '../verdict/words/block-words.ts';
import { foldBlockFacts, foldBlockShown, shownTitle } from './fold-block-shown.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';
import { nodeMapLines } from './node-map-lines.ts';
import { trialMarks, trialWords } from '../verdict/words/trial-words.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';

const md = escapeMarkdown;
const mapColumns = 100;

/** The node map as a block of fixed columns, and below it the nodes that do not conform, those with one reason together. */
export function blockSection({ block }: Verdict): readonly string[] {
  const nodes = block?.nodes ?? [];
  const open = groupBy(
    nodes.filter(({ conclusion }) => conclusion !== 'pass'),
    ({ conclusion, reason }) => JSON.stringify([conclusion, reason]),
  );
  // Indented and not fenced: no name can end an indented block.
  return [
    `## Nodes (${nodes.length})`,
    '',
    ...nodeMapLines(nodes, mapColumns).map((line) => (line === '' ? '' : `    ${line}`)),
    '',
    ...[...open.values()].flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const names = md(foldNames(same.map(({ id }) => id)));
      return [
        `- ${conclusionMarks[first.conclusion]} **${names}** ${nodeWords[first.conclusion]}: ${md(first.reason)}`,
      ];
    }),
  ];
}

/** What the nodes that conform have shown. */
export function blockShownSection(verdict: Verdict): readonly string[] {
  const measured = foldBlockShown(verdict);
  const facts = foldBlockFacts(verdict);
  return [
    `## ${shownTitle(verdict)}`,
    '',
    ...(measured.length === 0 ? ['Nothing that was measured.'] : []),
    ...markdownTable(
      ['Requirement', 'Limit', 'Lowest', 'Median', 'Highest', 'Margin', 'Nearest on', 'Runs', 'Subjects'],
      measured.map((row) => [
        `${md(row.title)}${row.level === 'advisory' ? ' (advisory)' : ''}`,
        md(row.limit),
        row.lowest,
        row.median,
        row.highest,
        row.margin,
        md(row.nearest?.where ?? ''),
        String(row.runs),
        `${row.passed} of ${row.applicable}`,
      ]),
    ),
    '',
    ...markdownTable(
      ['Without a measurement', 'Expected', 'Found', 'Subjects'],
      facts.map((row) => [
        `${md(row.title)}${row.level === 'advisory' ? ' (advisory)' : ''}`,
        md(row.limit),
        md(row.worst),
        `${row.passed} of ${row.applicable}`,
      ]),
    ),
  ];
}

/** Measurements across nodes: those that were added, and those that did not go well. */
export function trialLines({ block }: Verdict): readonly string[] {
  const trials = block?.trials ?? [];
  if (trials.length === 0) return [];
  const told = trials.filter(({ outcome, isExtra }) => isExtra || outcome !== 'good');
  return [
    '',
    md(trialWords(trials)),
    '',
    ...told.map(
      (trial) =>
        `- ${trialMarks[trial.outcome]} **${md(trial.group)}**${trial.isExtra ? ' (extra)' : ''}: ${md(trial.reason)}`,
    ),
  ];
}
