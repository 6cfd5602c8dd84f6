import type { Spell } from '../nights/fold-events.ts';

/** A metric of a subject, by whatever version of a tool: the nights on which it was measured, oldest first. */
export interface Followed {
  readonly about: Omit<Spell, 'first' | 'last' | 'speeds' | 'worst' | 'change'>;
  /** By what name its machine was called when it was last measured. */
  readonly node: string;
  readonly nights: readonly number[];
}

/** One night without a number may be one that was not planned, or that failed and says so itself. */
const leastNights = 2;
/** What was measured on fewer nights before was never expected. */
const leastBefore = 3;

/**
 * What is measured no more although its machine is: from the first such night to the last. `measured` are the nights on which
 * something of a machine was measured, oldest first.
 */
export function findVanished(
  followed: Iterable<Followed>,
  measured: ReadonlyMap<string, readonly number[]>,
): readonly Spell[] {
  return [...followed].flatMap(({ about, node, nights }): readonly Spell[] => {
    const last = nights.at(-1);
    if (last === undefined || nights.length < leastBefore) return [];
    const without = (measured.get(node) ?? []).filter((night) => night > last);
    const [first] = without;
    if (first === undefined || without.length < leastNights) return [];
    return [{ ...about, first, last: without.at(-1) ?? first, speeds: ['vanished'], worst: -1 }];
  });
}
