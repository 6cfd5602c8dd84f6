import type { Verdict } from '../verdict/verdict.ts';
import { cleanText } from '../text/clean-text.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { groupBy } from './group-by.ts';

/** Steps of one tool with one fate, on whatever nodes. */
export interface AttemptRow {
  readonly what: string;
  readonly execution: string;
  readonly reason: string;
  readonly steps: number;
  readonly nodes: string;
}

/** What became of all steps, nodes with the same fate in one row; what did not complete first. Nothing is left out. */
export function foldAttempts({ attempts }: Pick<Verdict, 'attempts'>): readonly AttemptRow[] {
  const rows = [
    ...groupBy(attempts, (it) =>
      JSON.stringify([it.workload, it.tool, it.execution, it.execution === 'completed' ? '' : it.reason]),
    ).values(),
  ].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    return [
      {
        what: cleanText(`${first.workload} by ${first.tool}`),
        execution: cleanText(first.execution),
        reason: first.execution === 'completed' ? '' : cleanText(first.reason ?? ''),
        steps: members.length,
        nodes: foldNames(members.map(({ node }) => node)),
      },
    ];
  });
  return [
    ...rows.filter(({ execution }) => execution !== 'completed'),
    ...rows.filter(({ execution }) => execution === 'completed'),
  ];
}
