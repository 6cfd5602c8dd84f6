import type { BlockNode, Conclusion, Verdict } from './verdict.ts';

/**
 * Up to so many nodes each has a page of its own. Of more only those have that need somebody, as many at most: a thousand
 * pages take longer than all that they are made from, and nobody opens those of nodes with which nothing is wrong.
 */
export const mostNodePages = 64;

const worstFirst: readonly Conclusion[] = ['fail', 'undecided', 'unreached', 'pass'];

/** Orders nodes by how much they need somebody. */
export const rankNode = ({ conclusion }: Pick<BlockNode, 'conclusion'>): number =>
  worstFirst.indexOf(conclusion);

/** Nodes of a block whose pages lie beside its own; none when it is about one node. */
export function nodesWithPages({ block }: Verdict): readonly string[] {
  const nodes = block?.nodes ?? [];
  if (nodes.length < 2) return [];
  const theirs =
    nodes.length <= mostNodePages
      ? nodes
      : nodes.filter(({ conclusion }) => conclusion !== 'pass').toSorted((a, b) => rankNode(a) - rankNode(b));
  return theirs.slice(0, mostNodePages).map(({ id }) => id);
}
