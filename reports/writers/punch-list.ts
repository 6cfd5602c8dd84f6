import type { Cell, Defect, Verdict } from '../verdict/verdict.ts';
import { blameSentences } from '../format/blame-sentences.ts';
import { cleanText } from '../text/clean-text.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';

const columns = [
  'defect',
  'node',
  'rack',
  'slot',
  'subject',
  'part',
  'owner',
  'verdict',
  'symptom',
  'expected',
  'found',
  'action',
  'retest',
  'blame',
  'cells',
  'evidence',
] as const;

/** The punch list as CSV (RFC 4180, CRLF): one row per defect, for the person who has to act. */
export function renderPunchList(verdict: Verdict): string {
  const cells = new Map(verdict.cells.map((cell) => [cell.id, cell]));
  const rows = verdict.defects.map((defect) => rowOf(defect, cells, verdict));
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** `expected` and `found` are those of the first cell that the defect names: it is the one that shows it best. */
function rowOf(defect: Defect, cells: ReadonlyMap<string, Cell>, verdict: Verdict): readonly string[] {
  const place = verdict.block?.nodes.find(({ id }) => id === defect.node);
  const cell = cells.get(defect.cells[0] ?? '');
  return [
    cleanText(defect.id),
    cleanText(defect.node),
    cleanText(place?.rack ?? ''),
    cleanText(place?.slot ?? ''),
    cleanText(defect.subject),
    cleanText(defect.part ?? ''),
    defect.owner,
    defect.verdict,
    cleanText(defect.symptom),
    cell === undefined ? '' : formatLimit(cell),
    cell === undefined ? '' : formatObserved(cell),
    cleanText(defect.action),
    cleanText(defect.retest ?? ''),
    blameSentences(verdict, defect).join(' '),
    defect.cells.map(cleanText).join(' '),
    defect.evidence.map(cleanText).join(' '),
  ];
}

/** Takes cleaned text. Quotes what RFC 4180 wants quoted, and disarms what a spreadsheet would run as a formula (OWASP CSV injection). */
function field(text: string): string {
  const safe = /^[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20|]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
