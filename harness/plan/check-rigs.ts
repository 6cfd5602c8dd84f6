import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RigDraw } from '../../workloads/kit/care.ts';
import { drawOneAtATime, isDelicate, restSeconds } from '../../workloads/kit/care.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { Accelerator, HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Inventory, InventoryNode } from '../config/inventory.ts';
import type { LoadedNodes } from './loaded-nodes.ts';

/** Share of what is written on power supplies that they are loaded with for minutes. */
const supplyShare = 0.8;
/** Of a machine that does not tell how many it has. */
const mostProcessors = 2;

interface Seen {
  readonly node: string;
  readonly facts: HostFacts;
}

/** A machine that was built for less than full load, and what is planned for it. */
export interface Rig {
  readonly node: string;
  /** The first card that makes it one. */
  readonly card: Accelerator;
  readonly draw: RigDraw | undefined;
  /** What it may draw by each thing that the inventory says; none: nothing is known. */
  readonly allowed: readonly { readonly watts: number; readonly because: string }[];
}

/** The machines among those whose accelerators are loaded that were built for less. */
export function findRigs(
  { nodes }: Pick<Inventory, 'nodes'>,
  seen: readonly Seen[],
  loaded: Pick<LoadedNodes, 'accelerators' | 'soaked'>,
): readonly Rig[] {
  return seen.flatMap(({ node, facts }) => {
    const cards = loaded.accelerators.has(node) ? (valueOf(facts.accelerators) ?? []) : [];
    const card = cards.find(isDelicate);
    const entry = nodes.find(({ name }) => name === node);
    if (card === undefined) return [];
    const processors = loaded.soaked.has(node) ? (valueOf(facts.cpu.sockets) ?? mostProcessors) : 0;
    const draw = drawOneAtATime(cards, processors);
    return [{ node, card, draw, allowed: entry === undefined ? [] : allowedBy(entry) }];
  });
}

const allowedBy = ({ psuWatts, miningWatts }: InventoryNode): Rig['allowed'] => [
  ...(psuWatts === undefined
    ? []
    : [
        {
          watts: supplyShare * psuWatts,
          because: `${supplyShare} of the ${psuWatts} W of its power supplies`,
        },
      ]),
  ...(miningWatts === undefined ? [] : [{ watts: miningWatts, because: 'what it drew while it mined' }]),
];

/** Refuses a plan that a machine's power supplies could not carry, even with one card at a time. */
export function checkRigs(rigs: readonly Rig[]): void {
  for (const { node, draw, allowed } of rigs) {
    if (draw === undefined || allowed.length === 0 || allowed.some(({ watts }) => draw.watts <= watts))
      continue;
    const bars = allowed.map(({ watts, because }) => `${Math.floor(watts)} W (${because})`);
    throw new AssayError(
      'POWER_LIMIT',
      `expected at most ${bars.join(' or ')}, found ${draw.watts} W planned with one card at a time: ${sumOf(draw)}`,
      {
        node,
        hint: 'Leave this machine out, fit a larger power supply, or correct psuWatts and miningWatts.',
      },
    );
  }
}

/** What is planned for such a machine, and why. */
export function describeRig({ node, card, draw, allowed }: Rig): string {
  const why = valueOf(card.purpose) === 'mining' ? 'is made for mining' : 'hangs on one lane';
  const model = valueOf(card.model) ?? card.pciId;
  const care = `${node}: ${model} at ${card.address} ${why}, so its cards are loaded one at a time, ${restSeconds} s apart`;
  if (allowed.length === 0)
    return `${care}; nothing says what its power supplies carry (psuWatts or miningWatts in the inventory), so no more than that`;
  const bars = allowed.map(({ watts, because }) => `${Math.floor(watts)} W (${because})`).join(' or ');
  return draw === undefined
    ? `${care}; what that draws is not known, since a card does not tell its power limit; allowed are ${bars}`
    : `${care}; that is ${draw.watts} W at most (${sumOf(draw)}) of ${bars}`;
}

const sumOf = ({ card, others, idleCardWatts, restWatts, processorWatts }: RigDraw): string =>
  [
    `${card.watts} W of ${card.address}`,
    ...(others === 0 ? [] : [`${idleCardWatts} W for each of ${others} idle cards`]),
    ...(processorWatts === 0 ? [] : [`${processorWatts} W for processors that are loaded beside it`]),
    `${restWatts} W for the rest`,
  ].join(', ');
