import type { Verdict } from '../schema/verdict.ts';
import { cleanText } from './clean-text.ts';
import { groupBy } from './group-by.ts';

export interface NotShownRow {
  readonly what: readonly string[];
  readonly reason: string;
}

/** What was not shown, things with one reason together, in the order of the document. Nothing is cut. */
export function foldNotShown(verdict: Pick<Verdict, 'notShown'>): readonly NotShownRow[] {
  return [...groupBy(verdict.notShown, (row) => row.reason)].map(([reason, rows]) => ({
    what: [...new Set(rows.map((row) => cleanText(row.what)))],
    reason: cleanText(reason),
  }));
}
