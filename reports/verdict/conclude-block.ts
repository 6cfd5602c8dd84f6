import { isUnmet, listedUnder } from './algebra.ts';
import type { Cell } from './cell.ts';
import type { Block, Conclusion } from './verdict.ts';

/**
 * A block is as good as its worst node; only a required cell of a group that no node is blamed for can make it worse.
 * Where some node was reached, one that was not leaves it undecided.
 */
export function concludeBlock({ nodes }: Pick<Block, 'nodes'>, cells: readonly Cell[]): Conclusion {
  const conclusions = new Set(nodes.map(({ conclusion }) => conclusion));
  const open = openGroupCells(nodes, cells);
  if (!nodes.some(({ conclusion }) => conclusion !== 'unreached')) return 'unreached';
  if (conclusions.has('fail') || open.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return conclusions.size === 1 && conclusions.has('pass') && open.length === 0 ? 'pass' : 'undecided';
}

/** Required cells of pairs and groups that are not met and that no node is blamed for. */
export function openGroupCells(nodes: Block['nodes'], cells: readonly Cell[]): readonly Cell[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return cells.filter((cell) => cell.level === 'required' && isUnmet(cell) && !ids.has(listedUnder(cell)));
}
