import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { htmlPieces, renderHtml } from './html/render-html.ts';
import { junitPieces, renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPunchList } from './punch-list.ts';
import type { Screen } from './terminal.ts';
import { renderTerminal } from './terminal.ts';

/** A form in which a verdict is given to somebody. */
export interface Writer {
  readonly id: string;
  /** Where it stands in the run directory; absent for what is only printed. */
  readonly file?: string;
  readonly render: (lookup: VerdictLookup, screen: Screen) => string;
  /** The same text in pieces, of a form that can be too large to be held at once. */
  readonly pieces?: (lookup: VerdictLookup) => Iterable<string>;
}

/** What is written to a file, whoever reads it later. */
export const plainScreen: Screen = { columns: 80, color: false };

/** All of them: a new format is its file and one line here. */
export const writers: readonly Writer[] = [
  { id: 'html', file: 'report.html', render: renderHtml, pieces: htmlPieces },
  { id: 'markdown', file: 'report.md', render: renderMarkdown },
  { id: 'junit', file: 'report.junit.xml', render: renderJunit, pieces: junitPieces },
  { id: 'punch-list', file: 'punch-list.csv', render: renderPunchList },
  { id: 'terminal', render: renderTerminal },
];
