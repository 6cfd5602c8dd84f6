import { nameOf } from '../../workloads/kit/subject.ts';
import { isUnmet, listedUnder } from './algebra.ts';
import type { Cell } from './cell.ts';
import type { Block, Conclusion } from './verdict.ts';

type Judged = Pick<Block, 'nodes'> & Partial<Pick<Block, 'quota' | 'trials' | 'whole'>>;

/**
 * A block is as good as its worst node; only a required cell of a group that no node is blamed for can make it worse.
 * Where some node was reached, one that was not leaves it undecided. With a quota that enough nodes meet, it is those nodes that
 * count, and what all of them did together has to pass as well.
 */
export function concludeBlock(block: Judged, cells: readonly Cell[]): Conclusion {
  const accepted = acceptedNodes(block);
  const nodes = block.nodes.filter(({ id }) => accepted?.has(id) ?? true);
  const conclusions = new Set(nodes.map(({ conclusion }) => conclusion));
  const deciding = decidingCells(block, cells);
  const open = openGroupCells(nodes, deciding);
  if (!nodes.some(({ conclusion }) => conclusion !== 'unreached')) return 'unreached';
  if (conclusions.has('fail') || open.some(({ verdict }) => verdict === 'fail')) return 'fail';
  if (lackingTogether(block, cells).length > 0) return 'undecided';
  return conclusions.size === 1 && conclusions.has('pass') && open.length === 0 ? 'pass' : 'undecided';
}

/** The nodes that a contract takes: those that conform, where they are enough for its quota; absent when there is none or they are not. */
export function acceptedNodes({ nodes, quota, whole }: Judged): ReadonlySet<string> | undefined {
  if (quota === undefined || whole !== undefined) return undefined;
  const conforming = nodes.filter(({ conclusion }) => conclusion === 'pass').map(({ id }) => id);
  return conforming.length >= quota.atLeast ? new Set(conforming) : undefined;
}

/** The cells that decide about a block: under a quota that is met, those of its nodes and of what only they did together. */
export function decidingCells(block: Judged, cells: readonly Cell[]): readonly Cell[] {
  const accepted = acceptedNodes(block);
  if (accepted === undefined) return cells;
  const members = membersOf(block);
  const known = new Set(block.nodes.map(({ id }) => id));
  return cells.filter((cell) => {
    const listed = listedUnder(cell);
    if (known.has(listed)) return accepted.has(listed);
    return members(cell).every((node) => accepted.has(node));
  });
}

/** Required of groups, and not shown by exactly the nodes that are accepted: a larger group is not theirs, nor is a part of them. */
export function lackingTogether(block: Judged, cells: readonly Cell[]): readonly string[] {
  const accepted = acceptedNodes(block);
  if (accepted === undefined) return [];
  const members = membersOf(block);
  const asked = cells.filter(({ level, subject }) => level === 'required' && subject.kind === 'group');
  return [...Map.groupBy(asked, ({ requirement }) => requirement).values()].flatMap((about) => {
    const isShown = about.some((cell) => {
      const those = members(cell);
      return (
        cell.verdict === 'pass' && those.length === accepted.size && those.every((node) => accepted.has(node))
      );
    });
    return isShown ? [] : about.slice(0, 1).map(({ title }) => title);
  });
}

/** Who a pair or a group is, by its trials; of one without, nobody is known. */
function membersOf({ trials = [], nodes }: Judged): (cell: Cell) => readonly string[] {
  const byGroup = new Map(trials.map(({ group, members }) => [group, members]));
  return ({ subject }) =>
    subject.kind === 'pair' ? subject.nodes : (byGroup.get(nameOf(subject)) ?? nodes.map(({ id }) => id));
}

/** Required cells of pairs and groups that are not met and that no node is blamed for. */
export function openGroupCells(nodes: Block['nodes'], cells: readonly Cell[]): readonly Cell[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return cells.filter((cell) => cell.level === 'required' && isUnmet(cell) && !ids.has(listedUnder(cell)));
}
