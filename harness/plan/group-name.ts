import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';

/**
 * What a group is called in documents: `node1+node2` for a pair, `node[1-4]` for more, `node1+node1` for a node that
 * runs all ranks alone. Members are in the order of the inventory, so that a group has one name.
 */
export function groupName(members: readonly string[]): string {
  const [first = '', second = first, ...more] = members;
  return more.length === 0 ? `${first}+${second}` : foldNodeSet(members);
}
