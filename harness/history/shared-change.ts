import type { Night } from '../nights/series.ts';
import type { ReadNights } from './read-nights.ts';

/** So many nights back something is looked for that all have in common. */
const nightsBefore = 5;
/** Of a stratum, to be what it has in common. */
const leastShare = 0.5;

/** What changed on most machines of a stratum on the nights just before one, that night among them; the change that most of them had. */
export function sharedChange(
  members: readonly { readonly nights: readonly Night[] }[],
  first: number,
  changeOf: ReadNights['changeOf'],
): string | undefined {
  const counts = new Map<string, number>();
  for (const { nights } of members)
    for (const [at, { night, epoch }] of nights.entries()) {
      const before = nights[at - 1]?.epoch;
      if (before === undefined || before === epoch || night > first || night <= first - nightsBefore)
        continue;
      const change = changeOf(before, epoch);
      if (change !== undefined) counts.set(change, (counts.get(change) ?? 0) + 1);
    }
  const [most] = [...counts].toSorted(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return most !== undefined && most[1] >= leastShare * members.length ? most[0] : undefined;
}
