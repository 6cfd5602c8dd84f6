import { CellVerdict } from '../verdict/cell.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import type { Section } from './content.ts';
import { cellWord, number, plain } from './content.ts';

/** How many cells carry which word; only `pass` counts as met. */
export function countsSection({ verdict: { counts } }: VerdictLookup): Section {
  const { required, advisory } = counts;
  return {
    id: 'counts',
    title: 'Counts',
    note: 'A cell is one requirement on one subject.',
    content: [
      {
        kind: 'table',
        depth: 'page',
        label: 'Cells by verdict',
        isCompact: true,
        columns: [plain('Cells'), number('Required'), number('Advisory')],
        rows: CellVerdict.options
          .filter((word) => word !== 'not-applicable' || required[word] + advisory[word] > 0)
          .map((word) => ({
            cells: [
              // Quiet where it only heads a count of nothing.
              [{ ...cellWord(word), ...(required[word] + advisory[word] === 0 ? { tone: 'none' } : {}) }],
              String(required[word]),
              String(advisory[word]),
            ],
          })),
      },
    ],
  };
}
