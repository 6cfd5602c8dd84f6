import type { BlockNode } from '../verdict/verdict.ts';
import { groupBy } from './group-by.ts';
import { compareNatural } from '../text/compare-natural.ts';

/** What stands in one slot of a rack: a node, several in one chassis, or none. */
export interface MapSlot {
  readonly slot: string;
  readonly nodes: readonly BlockNode[];
}
export interface MapRack {
  readonly rack: string;
  readonly slots: readonly MapSlot[];
}
/** The nodes of a block where they stand: racks from left to right, slots from top to bottom. */
export interface NodeMap {
  readonly racks: readonly MapRack[];
  /** Whether all racks have the same slots, empty ones among them, so that a row is one height. */
  readonly isLevel: boolean;
  /** Nodes of which no rack is known. */
  readonly elsewhere: readonly BlockNode[];
}

export function mapNodes(nodes: readonly BlockNode[]): NodeMap {
  const placed = nodes.filter(({ rack }) => rack !== undefined && rack !== '');
  const slots = [...new Set(placed.map(slotOf))].sort(orderOf(placed.map(slotOf)));
  const racks = [...groupBy(placed, ({ rack }) => rack ?? '')]
    .sort(([left], [right]) => compareNatural(left, right))
    .map(([rack, members]) => ({
      rack,
      slots: slots.map((slot) => ({ slot, nodes: members.filter((node) => slotOf(node) === slot) })),
    }));
  // Gaps keep the rows of all racks level, as long as the map does not become a map of gaps.
  const isSparse = racks.length * slots.length > 2 * placed.length;
  return {
    racks: isSparse
      ? racks.map(({ rack, slots: all }) => ({ rack, slots: all.filter((slot) => slot.nodes.length > 0) }))
      : racks,
    isLevel: !isSparse,
    elsewhere: nodes.filter((node) => !placed.includes(node)),
  };
}

const slotOf = ({ slot }: BlockNode): string => slot ?? '';

/** Rack units are counted from the floor, so the highest is on top; other names in their natural order, none last. */
function orderOf(slots: readonly string[]): (left: string, right: string) => number {
  const isElevation = slots.every((slot) => slot === '' || /^(?:ru|u)\s?\d+/i.test(slot));
  return (left, right) => {
    if (left === '' || right === '') return Number(left === '') - Number(right === '');
    return isElevation ? compareNatural(right, left) : compareNatural(left, right);
  };
}
