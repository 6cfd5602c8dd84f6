import { stateOfCell } from '../verdict/repair-state.ts';
import type { VerdictLookup } from '../verdict/verdict-lookup.ts';
import { foldNameRows } from '../verdict/words/fold-names.ts';
import { cellWords } from '../verdict/words/verdict-words.ts';
import type { Section } from './content.ts';
import { plain, wide } from './content.ts';

/** What was found before a repair: in the record for good, counted no more, and whether it was seen to be right since. */
export function repairsSection({ verdict: { superseded = [], cells } }: VerdictLookup): Section {
  const now = new Map(cells.map((cell) => [cell.id, cell]));
  const groups = [
    ...Map.groupBy(superseded, (each) =>
      JSON.stringify([each.by, each.verdict, stateOfCell(each.cell, now)]),
    ),
  ];
  return {
    id: 'repairs',
    title: 'Superseded by repair',
    note: 'What was measured before a repair counts no more for what the repair touched, and stays in the record.',
    content:
      superseded.length === 0
        ? []
        : [
            {
              kind: 'table',
              depth: 'glance',
              label: 'Cells that a repair has taken the place of',
              columns: [plain('Repair'), plain('Told'), plain('Was'), plain('State'), wide('Cells')],
              rows: groups.flatMap(([, those]) => {
                const [first] = those;
                return first === undefined
                  ? []
                  : [
                      {
                        cells: [
                          [{ kind: 'name', text: first.by }],
                          first.at.slice(0, 10),
                          cellWords[first.verdict],
                          stateOfCell(first.cell, now),
                          those.length > 12
                            ? foldNameRows(those.map(({ cell }) => cell)).join(', ')
                            : those.map(({ cell }) => cell).join(', '),
                        ],
                      },
                    ];
              }),
            },
          ],
  };
}
