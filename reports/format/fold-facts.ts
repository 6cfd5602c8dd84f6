import type { Verdict } from '../verdict/verdict.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import { formatNodeFact } from '../verdict/words/format-fact.ts';
import { groupBy } from './group-by.ts';

/** One fact over all nodes that were reached. */
export interface FactRow {
  readonly group: string;
  readonly name: string;
  /** Each value with the nodes that have it, most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number; readonly nodes: string }[];
}
export interface FoldedFacts {
  readonly nodes: number;
  readonly same: readonly FactRow[];
  readonly different: readonly FactRow[];
  /** Facts that no two nodes share, such as names and serial numbers. */
  readonly individual: readonly FactRow[];
}

/** Under which conditions a block was measured: what is the same on all its nodes, and what is not. */
export function foldFacts({ nodes }: Pick<Verdict, 'nodes'>): FoldedFacts {
  const reached = nodes.filter((node) => node.reached);
  const facts = reached.flatMap(({ id, facts: all }) => all.map((fact) => ({ id, ...fact })));
  const rows = [...groupBy(facts, ({ group, name }) => JSON.stringify([group, name])).values()].flatMap(
    (members) => {
      const [first] = members;
      if (first === undefined) return [];
      const values = groupBy(members, ({ value, unknown }) =>
        value === undefined
          ? `unknown: ${unknown ?? 'no reason is known'}`
          : formatNodeFact(first.name, value).value,
      );
      const counted = [...values].map(([value, owners]) => ({
        value,
        count: new Set(owners.map(({ id }) => id)).size,
        nodes: foldNames(owners.map(({ id }) => id)),
      }));
      return [
        {
          group: first.group,
          name: formatNodeFact(first.name, members.find(({ value }) => value !== undefined)?.value ?? '')
            .name,
          values: counted.sort((left, right) => right.count - left.count),
        },
      ];
    },
  );
  const isSame = ({ values }: FactRow): boolean => values.length === 1 && values[0]?.count === reached.length;
  const isIndividual = ({ values }: FactRow): boolean =>
    values.length > 1 && values.every(({ count }) => count === 1);
  return {
    nodes: reached.length,
    same: rows.filter(isSame),
    different: rows.filter((row) => !isSame(row) && !isIndividual(row)),
    individual: rows.filter(isIndividual),
  };
}
