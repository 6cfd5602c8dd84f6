import type { Followed, Spell } from '../nights/fold-events.ts';
import { gap } from '../nights/fold-events.ts';
import { median } from '../stats/median.ts';

/** A metric of a subject, by whatever version of a tool: the nights on which it was measured, oldest first. */
export interface FollowedMetric {
  readonly about: Followed;
  readonly nights: readonly number[];
}

/** One night without a number may be one that was not planned, or that failed and says so itself. */
const leastNights = 2;
/** What was measured on fewer nights before was never expected. */
const leastBefore = 3;
/** What is measured once a week is not gone after two nights. */
const timesUsual = 2;

/**
 * What was not measured although its machine was, from the first such night to the last; also where it came back, since nobody has said
 * yet why it was gone. `measured` are the nights on which something of a machine was measured, oldest first.
 */
export function findVanished(
  followed: Iterable<FollowedMetric>,
  measured: ReadonlyMap<string, readonly number[]>,
): readonly Spell[] {
  return [...followed].flatMap(({ about, nights }) => {
    const own = new Set(nights);
    const spells: Spell[] = [];
    const usual: number[] = [];
    let without: number[] = [];
    let seen = 0;
    const end = (): void => {
      const [first] = without;
      const often = usual.length === 0 ? 0 : median(usual);
      const confirmed = without[Math.max(leastNights, Math.floor(timesUsual * often) + 1) - 1];
      const before = spells.at(-1);
      if (seen < leastBefore || confirmed === undefined || first === undefined) return;
      const last = without.at(-1) ?? first;
      if (before !== undefined && first - before.last <= gap)
        spells[spells.length - 1] = { ...before, last, nights: [...before.nights, ...without], quiet: 0 };
      else
        spells.push({
          ...about,
          first,
          last,
          confirmed,
          nights: without,
          speeds: ['vanished'],
          worst: -1,
          quiet: 0,
        });
    };
    for (const night of measured.get(about.machine) ?? []) {
      if (!own.has(night)) {
        without.push(night);
        continue;
      }
      end();
      if (seen > 0) usual.push(without.length);
      without = [];
      seen += 1;
      const last = spells.at(-1);
      if (last !== undefined) spells[spells.length - 1] = { ...last, quiet: last.quiet + 1 };
    }
    end();
    return spells;
  });
}
