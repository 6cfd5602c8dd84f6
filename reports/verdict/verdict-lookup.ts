import { nameOf } from '../../workloads/kit/subject.ts';
import type { Cell } from './cell.ts';
import { groupByEach } from './node-share.ts';
import type { Blame, BlockNode, Defect, Verdict } from './verdict.ts';

/** A verdict with its parts by the names that they are asked for, so that no section goes through all of it for each row. */
export interface VerdictLookup {
  readonly verdict: Verdict;
  /** Whether it is about many nodes together; the part about one node of a block is not. */
  readonly isBlock: boolean;
  readonly cells: ReadonlyMap<string, Cell>;
  /** How the nodes of a block stand, and where they are. */
  readonly standings: ReadonlyMap<string, BlockNode>;
  readonly nodes: ReadonlyMap<string, Verdict['nodes'][number]>;
  /** Nodes whose own pages lie beside this one. */
  readonly pages: ReadonlySet<string>;
  /** How many cells the requirement of this one has at its level, those aside to which it does not apply. */
  readonly applicable: (cell: Cell) => number;
  /**
   * Blames that a defect carries: those whose trials are what its cells are about, and for the first defect of a blamed
   * node those that no defect is about.
   */
  readonly blames: ReadonlyMap<Defect, readonly Blame[]>;
  /** Blames that stand beside no defect: nothing that was concluded is left out. */
  readonly looseBlames: readonly Blame[];
}

/** `pages`: nodes whose own pages will lie beside what is made of it. */
export function createLookup(verdict: Verdict, pages: readonly string[] = []): VerdictLookup {
  const { block, nodes, cells: all } = verdict;
  const cells = new Map(all.map((cell) => [cell.id, cell]));
  const counts = Map.groupBy(
    all.filter((cell) => cell.verdict !== 'not-applicable'),
    promiseOf,
  );
  const blames = Map.groupBy(block?.blames ?? [], defectOfBlame(verdict, cells));
  const looseBlames = blames.get(undefined) ?? [];
  const borne = [...blames].flatMap(([defect, those]) =>
    defect === undefined ? [] : [[defect, those] as const],
  );
  return {
    verdict,
    isBlock: (block?.nodes.length ?? 0) > 1,
    cells,
    standings: new Map(block?.nodes.map((node) => [node.id, node])),
    nodes: new Map(nodes.map((node) => [node.id, node])),
    pages: new Set(pages),
    applicable: (cell) => counts.get(promiseOf(cell))?.length ?? 0,
    blames: new Map(borne),
    looseBlames,
  };
}

const promiseOf = ({ requirement, level }: Cell): string => `${level} ${requirement}`;

function defectOfBlame(
  { block, defects, nodes: all }: Verdict,
  cells: ReadonlyMap<string, Cell>,
): (blame: Blame) => Defect | undefined {
  const trials = Map.groupBy(block?.trials ?? [], ({ step }) => step);
  const known = new Set(all.map(({ id }) => id));
  const places = [...defects.keys()];
  // A cause that many nodes share is no place for the blame of one of them, but in the report on that one.
  const byNode = Map.groupBy(places, (place) => {
    const [node, ...more] = defects[place]?.nodes.filter((id) => known.has(id)) ?? [];
    return more.length === 0 ? node : undefined;
  });
  const bySubject = groupByEach(places, (place) =>
    (defects[place]?.cells ?? []).flatMap((id) => {
      const cell = cells.get(id);
      return cell === undefined ? [] : [nameOf(cell.subject)];
    }),
  );
  return ({ node, steps }) => {
    const groups = new Set(steps.flatMap((step) => trials.get(step)?.map(({ group }) => group) ?? []));
    const [first] = [...groups]
      .flatMap((group) => bySubject.get(group) ?? [])
      .filter((place) => node === undefined || defects[place]?.nodes.includes(node) === true)
      .sort((left, right) => left - right);
    const place = first ?? (node === undefined ? undefined : byNode.get(node)?.[0]);
    return place === undefined ? undefined : defects[place];
  };
}
