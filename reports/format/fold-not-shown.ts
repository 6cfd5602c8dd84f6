import type { Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { foldNameRows } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';

export interface NotShownRow {
  readonly what: readonly string[];
  readonly reason: string;
}

/** What was not shown, things with one reason together, in the order of the document. Nothing is cut: many names become a set of names. */
export function foldNotShown(verdict: Pick<Verdict, 'notShown'>): readonly NotShownRow[] {
  return [...groupBy(verdict.notShown, (row) => row.reason)].map(([reason, rows]) => ({
    what: whatOf(rows.map((row) => cleanText(row.what))),
    reason: cleanText(reason),
  }));
}

/** More things than this are folded as names are: `node gpu[001-150]`. */
const mostThings = 4;

function whatOf(all: readonly string[]): readonly string[] {
  const unique = [...new Set(all)];
  return unique.length > mostThings ? foldNameRows(unique) : unique;
}
