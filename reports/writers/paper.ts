import { atDepth } from '../page/at-depth.ts';
import type { Paper } from '../page/paper.ts';
import { cleanText } from '../text/clean-text.ts';
import { sectionLines as markdownLines, md } from './markdown.ts';
import type { Screen } from './terminal.ts';
import { penFor, sectionLines as terminalLines, toned } from './terminal.ts';
import { hang } from './terminal-pen.ts';

/** A report that is not about one run, as GitHub-flavoured Markdown. */
export function renderPaperMarkdown({
  title,
  promise,
  note,
  assay,
  particulars,
  opening,
  sections,
}: Paper): string {
  const { mark, words, tally, sentence, exit } = opening;
  const head = [
    `# ${md(title)}`,
    '',
    `${md(promise)} · Assay ${md(assay)}`,
    '',
    `**${mark} ${md(words)}.** ${tally === undefined ? '' : `${md(tally)}. `}${md(sentence)} ${exit}`,
    '',
    `_${md(note)}_`,
    '',
    ...particulars.map(({ term, text }) => `- ${md(term)}: ${md(text)}`),
  ];
  const parts = [head, ...atDepth(sections, 'ticket').map(markdownLines)];
  return `${parts.map((lines) => lines.join('\n').trimEnd()).join('\n\n')}\n`;
}

/** The same for a terminal. */
export function renderPaperTerminal(paper: Paper, screen: Screen): string {
  const pen = penFor(screen);
  const { title, promise, note, particulars, opening, sections } = paper;
  const { tone, mark, words, tally, sentence, exit } = opening;
  const parts = [
    [
      ...hang(`${title}: ${promise}`, pen, 0).map((line) => pen.paint('strong', line)),
      ...particulars.flatMap(({ term, text }) => hang(`${term.toLowerCase()}: ${text}`, pen, 2)),
      ...hang(note, pen, 0).map((line) => pen.paint('quiet', line)),
    ],
    [
      toned(pen, tone, pen.paint('strong', cleanText(`${mark} ${words.toUpperCase()}`))),
      ...(tally === undefined ? [] : hang(tally, pen, 2).map((line) => pen.paint('strong', line))),
      ...hang(`${sentence} ${exit}`, pen, 2),
    ],
    ...atDepth(sections, 'glance').map((section) => terminalLines(section, pen)),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
