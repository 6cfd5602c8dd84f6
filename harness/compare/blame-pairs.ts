import type { ComparisonRow } from '../../reports/verdict/comparison.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';

/**
 * The machines that inferior pairs are the fault of, by their places: of one metric, inferior in each of their pairs, two at least,
 * with partners of whom each is better with somebody else: that pair is non-inferior, or its interval lies above that of the pair with
 * the machine (so two runs tell them apart, whatever the margin). An inferior pair alone has two suspects and names neither.
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
    const isBetter = (partner: number, row: ComparisonRow): boolean =>
      own.get(partner)?.some(({ outcome, ratio }) => {
        const isAbove = (ratio?.lower ?? 0) > (row.ratio?.upper ?? Number.POSITIVE_INFINITY);
        return outcome === 'non-inferior' || (outcome === 'undecided' && isAbove);
      }) === true;
    for (const [member, mine] of own) {
      const isAlone = mine.every((row) =>
        row.members?.every((partner) => partner === member || isBetter(partner, row)),
      );
      if (mine.length >= 2 && mine.every(({ outcome }) => outcome === 'inferior') && isAlone)
        blamed.add(member);
    }
  }
  return blamed;
}
