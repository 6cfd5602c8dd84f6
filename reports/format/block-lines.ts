import type { Verdict } from '../verdict/verdict.ts';
import { nodeWords } from '../verdict/words/block-words.ts';
import { displayWidth } from '../text/display-width.ts';
import type { BlockShownRow } from './fold-block-shown.ts';
import { foldBlockFacts, foldBlockShown, shownTitle } from './fold-block-shown.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';
import { nodeMapLines } from './node-map-lines.ts';
import type { TerminalPage } from './terminal-page.ts';
import { hang, padEnd } from './terminal-page.ts';
import { conclusionStyle } from './terminal-style.ts';
import { trialWords } from '../verdict/words/trial-words.ts';
import { conclusionMarks } from '../verdict/words/verdict-words.ts';
import { wrapText } from '../text/wrap-text.ts';

/** Where the nodes of a block stand, and why those stand badly that do; nodes with one reason together. */
export function blockLines({ block }: Verdict, page: TerminalPage): readonly string[] {
  const { nodes = [], trials = [] } = block ?? {};
  const open = groupBy(
    nodes.filter(({ conclusion }) => conclusion !== 'pass'),
    ({ conclusion, reason }) => JSON.stringify([conclusion, reason]),
  );
  return [
    page.paint('strong', `NODES (${nodes.length})`),
    ...nodeMapLines(nodes, page.columns - 2).map((line) => `  ${line}`.trimEnd()),
    ...[...open.values()].flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { conclusion, reason } = first;
      const names = foldNames(same.map(({ id }) => id));
      return hang(
        `${names} ${nodeWords[conclusion]}: ${reason}`,
        page,
        4,
        `  ${conclusionMarks[conclusion]}`,
      ).map((line) => page.paint(conclusionStyle[conclusion], line));
    }),
    ...(trials.length === 0 ? [] : hang(trialWords(trials), page, 2)),
  ];
}

/** What the nodes that conform have shown: beside each limit the lowest and highest run of all and the margin. */
export function blockShownLines(verdict: Verdict, page: TerminalPage): readonly string[] {
  const rows = foldBlockShown(verdict);
  const title = page.paint('strong', shownTitle(verdict).toUpperCase());
  const facts = foldBlockFacts(verdict).map(
    (row) => `${row.title} (${row.limit}; ${row.passed} of ${row.applicable})`,
  );
  const also = facts.length === 0 ? [] : hang(`Without a measurement: ${facts.join(' · ')}`, page, 4, '  ');
  if (rows.length === 0) return [title, ...hang('Nothing that was measured.', page, 2), ...also];
  const heads = ['limit', 'lowest', 'median', 'highest', 'margin'];
  const cells = rows.map((row) => [row.limit, row.lowest, row.median, row.highest, row.margin]);
  const widths = heads.map((head, place) =>
    Math.max(displayWidth(head), ...cells.map((row) => displayWidth(row[place] ?? ''))),
  );
  const line = (texts: readonly string[]): string =>
    texts.map((text, place) => padEnd(text, widths[place] ?? 0)).join('  ');
  const isNarrow = displayWidth(line(heads)) > page.columns - 4;
  return [
    title,
    ...(isNarrow ? [] : [`    ${line(heads)}`.trimEnd()]),
    ...rows.flatMap((row, place) => [
      ...wrapText(rowTitle(row), page.columns - 2).map((text) => `  ${text}`),
      ...(isNarrow
        ? hang(heads.map((head, at) => `${head} ${cells[place]?.[at] ?? ''}`).join(', '), page, 4)
        : [`    ${line(cells[place] ?? [])}`.trimEnd()]),
    ]),
    ...also,
  ];
}

const rowTitle = (row: BlockShownRow): string =>
  `${row.title}${row.level === 'advisory' ? ' (advisory)' : ''}: ${row.passed} of ${row.applicable}, ${row.runs} ${row.runs === 1 ? 'run' : 'runs'}${row.nearest === undefined ? '' : `, ${row.nearest.end} on ${row.nearest.where}`}`;
