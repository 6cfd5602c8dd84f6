import { valueOf } from './facts/fact.ts';
import type { Accelerator } from './facts/host-facts.ts';

/** Before each card of a machine that was built for less: its power supply sees the steps one by one. */
export const restSeconds = 2;

/** A card that mines, or hangs on one lane: its machine was built for neither the power nor the memory of a server's. */
export const isDelicate = ({ purpose, link }: Accelerator): boolean =>
  valueOf(purpose) === 'mining' || valueOf(link.width) === 1;

/** What is drawn beside the one card that is loaded: board, processor, fans; and another card that only waits. Experience. */
const [restWatts, idleCardWatts] = [150, 30];
/** And by each processor with its memory where a soak loads them all the while: of desktops and rigs the most. Experience. */
const processorWatts = 250;

/** What a machine draws whose cards are loaded one at a time. */
export interface RigDraw {
  readonly watts: number;
  /** The card that may draw most, and its power limit. */
  readonly card: { readonly address: string; readonly watts: number };
  readonly idleCardWatts: number;
  readonly others: number;
  readonly restWatts: number;
  /** Of all processors that are loaded beside it. */
  readonly processorWatts: number;
}

/**
 * The most that these cards make their machine draw, one at a time, beside so many processors that are loaded too; `undefined`
 * while the limit of one is not known.
 */
export function drawOneAtATime(cards: readonly Accelerator[], processors: number): RigDraw | undefined {
  const limits = cards.map(({ address, powerLimitWatts }) => ({ address, watts: valueOf(powerLimitWatts) }));
  let most: RigDraw['card'] | undefined;
  for (const { address, watts } of limits) {
    if (watts === undefined) return undefined;
    if (most === undefined || watts > most.watts) most = { address, watts };
  }
  if (most === undefined) return undefined;
  const others = cards.length - 1;
  return {
    watts: Math.ceil(most.watts + others * idleCardWatts + restWatts + processors * processorWatts),
    card: most,
    idleCardWatts,
    others,
    restWatts,
    processorWatts: processors * processorWatts,
  };
}
