import { cleanText } from '../text/clean-text.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNameRows } from '../verdict/words/fold-names.ts';
import { say } from '../verdict/words/say.ts';
import type { Section } from './content.ts';
import { paragraph } from './content.ts';

/** What was not shown, set as large as what was; things with one reason together. */
export function notShownSection({ verdict: { notShown } }: VerdictLookup): Section {
  const rows = [...Map.groupBy(notShown, ({ reason }) => say(reason))];
  return {
    id: 'not-shown',
    title: 'Not shown',
    note: 'Nothing in this report may be read as a statement on these.',
    content: [
      rows.length === 0
        ? paragraph('The document names nothing.')
        : {
            kind: 'definitions',
            look: 'reasons',
            rows: rows.map(([reason, lines]) => ({
              terms: whatOf(lines.map(({ what }) => cleanText(say(what)))),
              text: reason,
            })),
          },
    ],
  };
}

/** More things than this are folded as names are: `node gpu[001-150]`. Nothing is cut. */
const mostThings = 4;

function whatOf(all: readonly string[]): readonly string[] {
  const unique = [...new Set(all)];
  return unique.length > mostThings ? foldNameRows(unique) : unique;
}
