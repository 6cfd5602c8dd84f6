import { atDepth } from '../page/at-depth.ts';
import type {
  Asset,
  Content,
  DefectEntry,
  Definitions,
  NodeMapContent,
  Section,
  Span,
  Table,
  TableCell,
  Text,
} from '../page/content.ts';
import type { PageHead } from '../page/page.ts';
import { createPage } from '../page/page.ts';
import { cleanText } from '../text/clean-text.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { nodeMapLines } from './node-map-lines.ts';

/** The report as GitHub-flavoured Markdown: what is worth reading in a ticket; the HTML report has every cell. */
export function renderMarkdown(lookup: VerdictLookup): string {
  const page = createPage(lookup);
  const parts = [headLines(page), ...atDepth(page.sections, 'ticket').map(sectionLines)];
  return `${parts.map((lines) => lines.join('\n').trimEnd()).join('\n\n')}\n`;
}

function headLines({
  title,
  promise,
  run,
  moment,
  suite,
  assay,
  note,
  part,
  opening,
}: PageHead): readonly string[] {
  const { mark, words, tally, inTheWay, headline, sentence, exit, counts } = opening;
  return [
    `# ${title}`,
    '',
    `Profile ${md(promise)} · run ${md(run.id)} · ${md(moment)} · suite ${md(`${suite.id} ${suite.version}`)} · Assay ${md(assay)}`,
    '',
    `**${mark} ${md(words)}.** ${tally === undefined ? '' : `${tally}. `}${sentence} ${exit}`,
    ...(inTheWay === undefined ? [] : ['', md(inTheWay)]),
    ...(part === undefined ? [] : ['', md(part.words)]),
    '',
    md(headline),
    '',
    `_${md(note)}_`,
    '',
    `- required: ${counts.required}`,
    `- advisory: ${counts.advisory}`,
  ];
}

/** A section as Markdown, for any report. */
export const sectionLines = ({ title, content }: Section): readonly string[] => [
  `## ${md(title)}`,
  ...content.flatMap((it) => ['', ...contentLines(it)]),
];

function contentLines(it: Content): readonly string[] {
  switch (it.kind) {
    case 'paragraph':
      return [inline(it.text)];
    case 'list':
      return it.items.map((item) => `- ${inline(item)}`);
    case 'definitions':
      return definitionLines(it);
    case 'table':
      return tableLines(it);
    case 'fold':
      return [inline(it.summary), ...it.content.flatMap((each) => ['', ...contentLines(each)])];
    case 'defects':
      return it.entries.flatMap(defectLines);
    case 'asset':
      return assetLines(it);
    case 'picture':
    case 'figures':
      return [];
    case 'node-map':
      return mapLines(it);
  }
}

const definitionLines = ({ rows }: Definitions): readonly string[] =>
  rows.map(({ terms, text }) => {
    const names = terms.map((term) => (typeof term === 'string' ? `**${md(term)}**` : inline(term)));
    return `- ${names.join('; ')}: ${inline(text)}`;
  });

const defectLines = (entry: DefectEntry, place: number): readonly string[] => [
  `${place + 1}. **${md(entry.where.join(' · '))}** · ${md(entry.owner)} · ${inline([entry.word])} · ${entry.cells}`,
  ...entry.lines.map((line) => `   ${md(line)}`),
  `   **To do:** ${md(entry.action)}`,
  ...(entry.retest === undefined ? [] : [`   Re-test: ${md(entry.retest)}`]),
];

const assetLines = ({ nodes, letter, meaning, reason, class: of, ladder }: Asset): readonly string[] => [
  `**${md(nodes)}: ${letter}** – ${md(meaning)}. Decided by: ${md(reason)}${ladder === undefined ? '' : ` (class ${md(of.id)}, ${of.how})`}`,
  ...(ladder === undefined ? [] : ['', ...tableLines(ladder)]),
];

const mapColumns = 100;

/** Indented and not fenced: no name can end an indented block. */
const mapLines = (it: NodeMapContent): readonly string[] =>
  nodeMapLines(it, mapColumns).map((line) => (line === '' ? '' : `    ${line}`));

function tableLines({ columns, rows }: Table): readonly string[] {
  if (rows.length === 0) return [];
  const hasRemarks = rows.some(({ remark }) => remark !== undefined);
  const heads = [...columns.map(({ title }) => md(title)), ...(hasRemarks ? ['Remark'] : [])];
  const lines = rows.map(({ cells, remark }) => [
    ...cells.map(cellText),
    ...(hasRemarks ? [cellText(remark ?? '')] : []),
  ]);
  return [heads, heads.map(() => '---'), ...lines].map((texts) => `| ${texts.join(' | ')} |`);
}

function cellText(cell: TableCell): string {
  if (typeof cell === 'string' || !('kind' in cell)) return inline(cell, inCell);
  switch (cell.kind) {
    case 'noted':
      return [inline(cell.text, inCell), inline(cell.more?.text ?? cell.note, inCell)]
        .filter((text) => text !== '')
        .join(', ');
    case 'lines':
      return cell.lines.map((line) => inline(line, inCell)).join('; ');
    case 'strip':
      return '';
  }
}

interface Escapes {
  readonly plain: (text: string) => string;
  readonly code: (text: string) => string;
}
const inLine: Escapes = { plain: md, code: markdownCode };
/** In a table a code span cannot hold a bar: code is plain text there. */
const inCell: Escapes = { plain: escapeInline, code: escapeInline };

function inline(text: Text, escapes = inLine): string {
  if (typeof text === 'string') return escapes.plain(text);
  return text.map((span) => spanText(span, escapes)).join('');
}

function spanText(span: Span, { plain, code }: Escapes): string {
  if (typeof span === 'string') return plain(span);
  const text = plain(span.text);
  switch (span.kind) {
    case 'word':
      return text === '' ? span.mark : `${span.mark} ${text}`;
    case 'strong':
      return `**${text}**`;
    case 'code':
      return code(span.text);
    case 'tag':
      return `(${text})`;
    case 'name':
    case 'node':
    case 'figure':
    case 'note':
    case 'zero':
      return text;
  }
}

/** Text from a document as literal Markdown, also at the start of a line. */
export function md(text: string): string {
  return escapeInline(text).replace(
    /^(\s*)([-+=]|\d+[.)](?=\s|$))/,
    (_, indent: string, start: string) => `${indent}${start.slice(0, -1)}\\${start.slice(-1)}`,
  );
}

/** No markup, no HTML, no table cell end, and no link that a renderer would make of a bare address. */
function escapeInline(text: string): string {
  return (
    cleanText(text)
      .replace(/[\\`*_{}[\]<>|#~&!$]/g, '\\$&')
      .replace(/:\/\//g, String.raw`:\/\/`)
      .replace(/www\./gi, (start) => `${start.slice(0, -1)}\\.`)
      // A mention notifies a stranger: an entity in between is shown as nothing and stops it.
      .replace(/@(?=\w)/g, '@&#8203;')
  );
}

/** A code span that no backtick inside can end. */
function markdownCode(text: string): string {
  const clean = cleanText(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${clean}\`` : `${fence} ${clean} ${fence}`;
}
