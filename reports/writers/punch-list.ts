import { nameOf } from '../../workloads/kit/subject.ts';
import { cleanText } from '../text/clean-text.ts';
import { stateOfDefect } from '../verdict/repair-state.ts';
import type { Defect, Verdict } from '../verdict/verdict.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { say } from '../verdict/words/say.ts';

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
  'state',
  'repair',
] as const;

/**
 * The punch list as CSV (RFC 4180, CRLF): one row per defect, for the person who has to act, with its state; behind them those that
 * a repair has ended.
 */
export function renderPunchList(lookup: VerdictLookup): string {
  const { verdict, cells } = lookup;
  const rows = [
    ...verdict.defects.map((defect) => [
      ...rowOf(defect, lookup),
      stateOfDefect(defect, verdict, cells),
      repairOf(defect, verdict),
    ]),
    ...(verdict.verified ?? []).map((defect) => [
      ...rowOf({ ...defect, action: { say: 'quoted', text: '' } }, lookup),
      'verified',
      cleanText(`${defect.by} ${defect.at.slice(0, 10)}`),
    ]),
  ];
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** The last repair that touched a defect which is still there. */
function repairOf({ cells }: Defect, { superseded = [] }: Verdict): string {
  const last = superseded.findLast(({ cell }) => cells.includes(cell));
  return last === undefined ? '' : cleanText(`${last.by} ${last.at.slice(0, 10)}`);
}

/** `expected` and `found` are those of the first cell that the defect names: it is the one that shows it best. */
function rowOf(defect: Defect, lookup: VerdictLookup): readonly string[] {
  const nodes = foldNodeSet(defect.nodes);
  const place = defect.nodes.length === 1 ? lookup.standings.get(nodes) : undefined;
  const cell = lookup.cells.get(defect.cells[0] ?? '');
  const blames = lookup.blames.get(defect) ?? [];
  return [
    cleanText(defect.id),
    cleanText(nodes),
    cleanText(place?.rack ?? ''),
    cleanText(place?.slot ?? ''),
    cleanText(defect.subject === undefined ? nodes : nameOf(defect.subject)),
    cleanText(defect.part ?? ''),
    defect.owner,
    defect.verdict,
    cleanText(say(defect.symptom)),
    cell === undefined ? '' : formatLimit(cell),
    cell === undefined ? '' : formatObserved(cell),
    cleanText(say(defect.action)),
    defect.retest === undefined ? '' : cleanText(say(defect.retest)),
    blames.map(({ reason }) => cleanText(say(reason))).join(' '),
    defect.cells.map(cleanText).join(' '),
    defect.evidence.map(cleanText).join(' '),
  ];
}

/** A field of any CSV of ours. Takes cleaned text. Quotes what RFC 4180 wants quoted, and disarms what a spreadsheet would run as a formula (OWASP CSV injection). */
export function field(text: string): string {
  const safe = /^[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20|]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
