import { compareText } from '../../workloads/kit/compare-text.ts';
import type { RunReadings, Series } from '../compare/run-readings.ts';
import { median } from '../stats/median.ts';

/** What several nodes did together, as a series of one night: whose it is, and its values. */
export interface GroupSeries {
  readonly subject: string;
  readonly node: string;
  readonly kind: string;
  readonly it: Series;
  /** What tells it from what one machine does alone. */
  readonly how: string;
  readonly title: string;
  readonly values: readonly number[];
  /** What is followed: their median, of pairs the best. */
  readonly level: number;
}

/** With one partner a slow machine cannot be told from the one that it was with. */
const leastPartners = 2;
/** What is followed of pairs is called so: who has too few partners on a night has lost nothing. */
export const inPairs = ', in pairs';

/**
 * Pairs and groups as what can be followed over nights. Partners change with who is there, so what pairs gave is followed by machine: with
 * the best of its partners, of two at least, which no slow partner spoils. What more did together is followed by how many they were, and in which racks: who they
 * were is not asked, since almost every night one of them is in use, and the machines themselves have series of their own.
 */
export function groupSeries(
  { nodes, groups, site }: RunReadings,
  machines: ReadonlyMap<string, string>,
  isAway: (node: string) => boolean,
): readonly GroupSeries[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const whole = groups.filter(
    ({ members }) => members.length > 1 && members.every((name) => byName.has(name) && !isAway(name)),
  );
  const kindOf = (members: readonly string[]): string => {
    const [kind, ...others] = new Set(members.map((name) => byName.get(name)?.model ?? 'unknown model'));
    return kind === undefined || others.length > 0 ? 'several models' : kind;
  };
  const placeOf = (members: readonly string[]): string => {
    const racks = new Set(members.flatMap((name) => byName.get(name)?.rack ?? []));
    return racks.size === 0 ? (site ?? 'the inventory') : [...racks].toSorted(compareText).join(' ');
  };
  type About = Omit<GroupSeries, 'values' | 'level' | 'it'>;
  const found = new Map<string, About & { readonly it: Series; readonly values: number[] }>();
  const note = (about: About, it: Series, values: readonly number[]): void => {
    const { metric, dimensions, tool, unit, procedure } = it;
    const key = JSON.stringify([about.subject, about.how, metric, dimensions, tool, unit, procedure]);
    const own = found.get(key) ?? { ...about, it, values: [] };
    own.values.push(...values);
    found.set(key, own);
  };
  for (const { members, series } of whole)
    for (const it of series) {
      const values = [...it.values.values()].flat();
      if (values.length === 0 || it.origin !== 'native') continue;
      if (members.length > 2) {
        const subject = `${members.length} of ${placeOf(members)}`.replaceAll('/', '_');
        const about = { subject, node: subject, kind: kindOf(members), how: 'together' };
        note({ ...about, title: `${it.title}, ${members.length} together` }, it, values);
        continue;
      }
      for (const node of members) {
        const about = { subject: machines.get(node) ?? node, node, kind: kindOf(members), how: 'in pairs' };
        note({ ...about, title: `${it.title}${inPairs}` }, it, [median(values)]);
      }
    }
  return [...found.values()].flatMap((each): readonly GroupSeries[] => {
    const { how, it, values } = each;
    if (how === 'together') return [{ ...each, level: median(values) }];
    const best = it.better === 'higher' ? Math.max(...values) : Math.min(...values);
    return values.length < leastPartners ? [] : [{ ...each, level: best }];
  });
}
