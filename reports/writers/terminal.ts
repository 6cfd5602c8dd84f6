import { atDepth } from '../page/at-depth.ts';
import type { Asset, Content, DefectEntry, Definitions, List, Section, Tone } from '../page/content.ts';
import type { PageHead } from '../page/page.ts';
import { createPage } from '../page/page.ts';
import { cleanText } from '../text/clean-text.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { nodeMapLines } from './node-map-lines.ts';
import type { Pen } from './terminal-pen.ts';
import { hang, paint, plainText } from './terminal-pen.ts';
import { tableLines } from './terminal-table.ts';

export interface Screen {
  readonly columns: number;
  readonly color: boolean;
}

/** The verdict for a terminal: words first, then the one reason, who has to do what, and what was not shown. */
export function renderTerminal(lookup: VerdictLookup, { columns, color }: Screen): string {
  const page = createPage(lookup);
  const pen = penFor({ columns, color });
  const parts = [
    headLines(page, pen),
    openingLines(page, pen),
    ...atDepth(page.sections, 'glance').map((section) => sectionLines(section, pen)),
    closingLines(page, pen),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

export const penFor = ({ columns, color }: Screen): Pen => ({
  // Below 40 columns nothing aligns; above 110 the eye loses the line.
  columns: Math.min(Math.max(columns, 40), 110),
  paint: color ? paint : (_, text) => text,
});

const headLines = (
  { title, promise, run, moment, suite, note, part }: PageHead,
  pen: Pen,
): readonly string[] => [
  ...hang(`${title}: ${promise}`, pen, 0).map((line) => pen.paint('strong', line)),
  ...hang(`run ${run.id} · ${moment} · suite ${suite.id} ${suite.version}`, pen, 0),
  ...(part === undefined ? [] : hang(part.words, pen, 0)),
  ...hang(note, pen, 0).map((line) => pen.paint('quiet', line)),
];

function openingLines({ opening }: PageHead, pen: Pen): readonly string[] {
  const { tone, mark, words, tally, inTheWay, headline, sentence, exit, counts } = opening;
  return [
    toned(pen, tone, pen.paint('strong', cleanText(`${mark} ${words.toUpperCase()}`))),
    ...(tally === undefined ? [] : hang(tally, pen, 2).map((line) => pen.paint('strong', line))),
    ...(inTheWay === undefined ? [] : hang(inTheWay, pen, 2)),
    ...hang(headline, pen, 2),
    ...hang(`${sentence} ${exit}`, pen, 2),
    ...hang(counts.required, pen, 12, '  required'),
    ...hang(counts.advisory, pen, 12, '  advisory'),
  ];
}

/** The verdict once more: of a long report a terminal shows the end. */
const closingLines = ({ title, opening }: PageHead, pen: Pen): readonly string[] => [
  ...hang(title, pen, 0).map((line) => pen.paint('quiet', line)),
  toned(pen, opening.tone, pen.paint('strong', cleanText(`${opening.mark} ${opening.words.toUpperCase()}`))),
  ...(opening.tally === undefined ? [] : hang(opening.tally, pen, 2)),
  ...hang(opening.headline, pen, 2),
  ...hang(opening.counts.required, pen, 12, '  required'),
  ...hang(opening.exit, pen, 2),
];

export const toned = (pen: Pen, tone: Tone, text: string): string =>
  tone === 'none' ? text : pen.paint(tone, text);

/** A section in lines, for any report. */
export const sectionLines = ({ title, content }: Section, pen: Pen): readonly string[] => [
  pen.paint('strong', cleanText(title.toUpperCase())),
  ...content.flatMap((it) => contentLines(it, pen)),
];

function contentLines(it: Content, pen: Pen): readonly string[] {
  switch (it.kind) {
    case 'paragraph':
      return hang(it.text, pen, 2);
    case 'list':
      return listLines(it, pen);
    case 'definitions':
      return definitionLines(it, pen);
    case 'table':
      return tableLines(it, pen);
    case 'fold':
      return [...hang(it.summary, pen, 2), ...it.content.flatMap((each) => contentLines(each, pen))];
    case 'defects':
      return it.entries.flatMap((entry, place) => defectLines(entry, place, pen));
    case 'asset':
      return assetLines(it, pen);
    case 'picture':
    case 'figures':
      return [];
    case 'node-map':
      return nodeMapLines(it, pen.columns - 2).map((line) => `  ${line}`.trimEnd());
  }
}

/** An item that opens with a mark alone has it in the place of the dash. */
const listLines = ({ items }: List, pen: Pen): readonly string[] =>
  items.flatMap((item) => {
    const [first, ...rest] = typeof item === 'string' ? [item] : item;
    return typeof first === 'object' && first.kind === 'word' && first.text === ''
      ? hang(rest, pen, 4, `  ${first.mark}`).map((line) => toned(pen, first.tone, line))
      : hang(item, pen, 4, '  –');
  });

const definitionLines = ({ rows }: Definitions, pen: Pen): readonly string[] =>
  rows.flatMap(({ terms, text }) =>
    hang(`${terms.map(plainText).join('; ')}: ${plainText(text)}`, pen, 4, '  –'),
  );

function defectLines(entry: DefectEntry, place: number, pen: Pen): readonly string[] {
  const { word, where, owner, cells, lines, action, retest } = entry;
  const head = [plainText([word]), ...where, owner, cells].join(' · ');
  const [first = '', ...more] = hang(head, pen, 5, ` ${place + 1}.`);
  return [
    toned(pen, word.tone, first),
    ...more,
    ...lines.flatMap((line) => hang(line, pen, 5)),
    ...hang(action, pen, 7, '     →').map((line) => pen.paint('strong', line)),
    ...(retest === undefined ? [] : hang(`Re-test: ${retest}`, pen, 7)),
  ];
}

const assetLines = (
  { nodes, letter, meaning, about, reason, ladder }: Asset,
  pen: Pen,
): readonly string[] => [
  ...hang(`${nodes}: ${letter}, ${meaning}`, pen, 2).map((line) => pen.paint('strong', line)),
  ...(about === '' ? [] : hang(about, pen, 4)),
  ...hang(`because ${reason}`, pen, 4),
  ...(ladder === undefined ? [] : tableLines(ladder, pen, 4)),
];
