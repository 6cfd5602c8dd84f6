import { compareNatural } from '../text/compare-natural.ts';
import { rankNode } from '../verdict/node-pages.ts';
import type { BlockNode } from '../verdict/verdict.ts';

/** What stands in one slot of a rack: a node, several in one chassis, or none. */
export interface MapSlot {
  readonly slot: string;
  readonly nodes: readonly BlockNode[];
}
export interface MapRack {
  readonly rack: string;
  /** `31 of 32`: how many of its nodes conform. */
  readonly tally: string;
  readonly slots: readonly MapSlot[];
}
/** The nodes of a block where they stand: racks from left to right, slots from top to bottom. */
export interface NodeMap {
  /** Those with the worst node first. */
  readonly racks: readonly MapRack[];
  /** Whether all racks have the same slots, empty ones among them, so that a row is one height. */
  readonly isLevel: boolean;
  /** Nodes of which no rack is known. */
  readonly elsewhere: readonly BlockNode[];
  /** Names of those that have a page of their own. */
  readonly pages: ReadonlySet<string>;
}

export function mapNodes(nodes: readonly BlockNode[], pages: ReadonlySet<string>): NodeMap {
  const isPlaced = ({ rack }: BlockNode): boolean => rack !== undefined && rack !== '';
  const placed = nodes.filter(isPlaced);
  const slots = [...new Set(placed.map(slotOf))].sort(orderOf(placed.map(slotOf)));
  const racks = [...Map.groupBy(placed, ({ rack }) => rack ?? '')]
    .sort(([left, ours], [right, theirs]) => worstOf(ours) - worstOf(theirs) || compareNatural(left, right))
    .map(([rack, members]) => {
      const bySlot = Map.groupBy(members, slotOf);
      const passed = members.filter(({ conclusion }) => conclusion === 'pass').length;
      return {
        rack,
        tally: `${passed} of ${members.length}`,
        slots: slots.map((slot) => ({ slot, nodes: bySlot.get(slot) ?? [] })),
      };
    });
  // Gaps keep the rows of all racks level, as long as the map does not become a map of gaps.
  const isLevel = racks.length * slots.length <= 2 * placed.length;
  return {
    racks: isLevel
      ? racks
      : racks.map((rack) => ({ ...rack, slots: rack.slots.filter((slot) => slot.nodes.length > 0) })),
    isLevel,
    elsewhere: nodes.filter((node) => !isPlaced(node)),
    pages,
  };
}

const worstOf = (nodes: readonly BlockNode[]): number =>
  nodes.map(rankNode).reduce((worst, rank) => Math.min(worst, rank), Infinity);

const slotOf = ({ slot }: BlockNode): string => slot ?? '';

/** Rack units are counted from the floor, so the highest is on top; other names in their natural order, none last. */
function orderOf(slots: readonly string[]): (left: string, right: string) => number {
  const isElevation = slots.every((slot) => slot === '' || /^(?:ru|u)\s?\d+/i.test(slot));
  return (left, right) => {
    if (left === '' || right === '') return Number(left === '') - Number(right === '');
    return isElevation ? compareNatural(right, left) : compareNatural(left, right);
  };
}
