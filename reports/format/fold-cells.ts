import type { Cell, CellVerdict, Verdict } from '../verdict/verdict.ts';
import { groupBy } from './group-by.ts';

/** Cells of one requirement that ended the same way for the same reason. */
export const foldCells = (cells: readonly Cell[]): readonly (readonly Cell[])[] => [
  ...groupBy(cells, ({ requirement, level, verdict, reason, action, missing, limit }) =>
    JSON.stringify([requirement, level, verdict, reason, action, missing, limit]),
  ).values(),
];

export interface RequirementRow {
  readonly requirement: string;
  readonly title: string;
  readonly level: Cell['level'];
  readonly counts: ReadonlyMap<CellVerdict, number>;
}

/** How many subjects meet each requirement and how the others stand, in the order of the document. */
export function countByRequirement({ cells }: Pick<Verdict, 'cells'>): readonly RequirementRow[] {
  return [
    ...groupBy(cells, ({ requirement, level }) => JSON.stringify([requirement, level])).values(),
  ].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const counts = [...groupBy(members, ({ verdict }) => verdict)].map(
      ([verdict, of]) => [verdict, of.length] as const,
    );
    return [
      {
        requirement: first.requirement,
        title: first.title,
        level: first.level,
        counts: new Map(counts),
      },
    ];
  });
}
