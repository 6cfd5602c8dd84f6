import type { ComparisonRow } from '../../reports/verdict/comparison.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';

/**
 * The machines that inferior pairs are the fault of, by their places: of one metric, inferior in each of their pairs, two at least,
 * with partners of whom each has a pair that is not inferior. An inferior pair alone has two suspects and names neither.
 */
export function blamePairs(rows: readonly ComparisonRow[]): ReadonlySet<number> {
  const blamed = new Set<number>();
  const pairs = rows.filter(({ members, ratio }) => members?.length === 2 && ratio !== undefined);
  const metrics = Map.groupBy(pairs, ({ metric, dimensions }) =>
    JSON.stringify([metric, keyOfDimensions(dimensions)]),
  );
  for (const those of metrics.values()) {
    const own = new Map<number, ComparisonRow[]>();
    for (const row of those)
      for (const member of row.members ?? []) own.set(member, [...(own.get(member) ?? []), row]);
    const isGood = (member: number): boolean =>
      own.get(member)?.some(({ outcome }) => outcome === 'non-inferior') === true;
    for (const [member, mine] of own) {
      const partners = mine.flatMap(({ members = [] }) => members.filter((each) => each !== member));
      if (mine.length >= 2 && mine.every(({ outcome }) => outcome === 'inferior') && partners.every(isGood))
        blamed.add(member);
    }
  }
  return blamed;
}
