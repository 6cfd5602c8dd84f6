import { cleanText } from '../text/clean-text.ts';
import type { KeptEntry, KeptPunchList } from '../verdict/punch-list.ts';
import { foldNodeSet } from '../verdict/words/fold-names.ts';
import { whyKept } from '../verdict/words/punch-list-words.ts';
import { say } from '../verdict/words/say.ts';
import { field } from './punch-list.ts';

const columns = [
  'state',
  'node',
  'rack',
  'slot',
  'machine',
  'device',
  'part',
  'owner',
  'level',
  'verdict',
  'symptom',
  'action',
  'why',
  'first run',
  'last run',
  'right in',
  'cells',
  'evidence',
] as const;

/** The punch list of several runs as CSV (RFC 4180, CRLF), a row for each entry. */
export const renderKeptPunchList = ({ entries }: KeptPunchList): string =>
  [columns, ...entries.map(fieldsOf)]
    .map((row) => `${row.map((text) => field(cleanText(text))).join(',')}\r\n`)
    .join('');

const fieldsOf = (entry: KeptEntry): readonly string[] => [
  entry.state,
  foldNodeSet(entry.nodes),
  entry.rack ?? '',
  entry.slot ?? '',
  entry.serial ?? '',
  entry.device ?? '',
  entry.part ?? '',
  entry.owner,
  entry.level,
  entry.verdict,
  say(entry.symptom),
  say(entry.action),
  whyKept(entry),
  entry.first,
  entry.last,
  entry.right ?? '',
  entry.cells.join(' '),
  entry.evidence.join(' '),
];
