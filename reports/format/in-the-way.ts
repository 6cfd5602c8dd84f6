import { openGroupCells } from '../verdict/conclude-block.ts';
import type { Defect, Verdict } from '../verdict/verdict.ts';
import { isUnmet } from './uncovered-cells.ts';

const owners: readonly Defect['owner'][] = ['hardware', 'configuration', 'environment'];

/**
 * What stands between a block and its acceptance, in one line, with its zeros: `2 hardware defects, 0 configuration,
 * 0 environment, 1 node not reached`. Only defects that leave a required cell open are counted.
 */
export function inTheWay(verdict: Pick<Verdict, 'block' | 'cells' | 'defects'>): string {
  const nodes = verdict.block?.nodes ?? [];
  const open = verdict.cells.filter((cell) => cell.level === 'required' && isUnmet(cell));
  if (open.length === 0 && nodes.every(({ conclusion }) => conclusion === 'pass'))
    return 'Nothing stands in the way.';
  const openIds = new Set(open.map(({ id }) => id));
  const blocking = verdict.defects.filter(({ cells }) => cells.some((id) => openIds.has(id)));
  const counts = owners.map((owner) => {
    const count = blocking.filter((defect) => defect.owner === owner).length;
    return `${count} ${owner}${owner === 'hardware' ? ` ${count === 1 ? 'defect' : 'defects'}` : ''}`;
  });
  const unreached = new Set(nodes.filter(({ conclusion }) => conclusion === 'unreached').map(({ id }) => id));
  const unrun = new Set(
    open
      .filter(({ missing, node }) => missing === 'not-run' && !unreached.has(node))
      .map(({ node }) => node)
      .filter((node) => nodes.some(({ id }) => id === node)),
  );
  const groups = new Set(openGroupCells(nodes, open).map(({ subject }) => subject)).size;
  return `In the way: ${[
    ...counts,
    `${plural(unreached.size, 'node')} not reached`,
    `${unrun.size} with something not run`,
    ...(groups === 0 ? [] : [`${plural(groups, 'group')} open without a node to blame`]),
  ].join(', ')}.`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
