import type { Dimensions } from '../../../workloads/kit/sample.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { Measurement } from '../measurement.ts';

/** Always shown: a measurement is called by them in the field. They also tell apart first. */
const names: readonly string[] = ['dtype', 'cores', 'quantile'];

/**
 * The dimensions that tell a measurement apart from the others of its metric on its subject. One is kept as long as it
 * splits measurements that are still alike, words before numbers and what most measurements have first: what follows from
 * the others, or says how and not what, is left to the full report.
 */
export function createTelling(all: readonly Measurement[]): (it: Measurement) => Dimensions {
  const uses = new Map<string, number>();
  for (const { dimensions } of all)
    for (const name of Object.keys(dimensions)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const siblings = Map.groupBy(all, keyOf);
  const telling = new Map<Measurement, ReadonlySet<string>>();
  for (const those of siblings.values()) {
    const kept = tellApart(those, uses);
    for (const it of those) telling.set(it, kept);
  }
  return (it) => {
    const kept = telling.get(it);
    return Object.fromEntries(
      Object.entries(it.dimensions).filter(([name]) => names.includes(name) || kept?.has(name) === true),
    );
  };
}

const keyOf = ({ metric, subject }: Measurement): string => `${metric} ${nameOf(subject)}`;

function tellApart(those: readonly Measurement[], uses: ReadonlyMap<string, number>): ReadonlySet<string> {
  const kept = new Set<string>();
  if (those.length === 1) return kept;
  const isWord = (name: string): boolean =>
    those.some(({ dimensions }) => typeof dimensions[name] === 'string');
  const kindOf = (name: string): number => (names.includes(name) ? 0 : isWord(name) ? 1 : 2);
  const useOf = (name: string): number => uses.get(name) ?? 0;
  const candidates = [...new Set(those.flatMap(({ dimensions }) => Object.keys(dimensions)))].toSorted(
    (a, b) => kindOf(a) - kindOf(b) || useOf(b) - useOf(a) || (a < b ? -1 : 1),
  );
  let alike: readonly (readonly Measurement[])[] = [those];
  for (const name of candidates) {
    if (alike.length === those.length) break;
    const split = alike.flatMap((group) => [
      ...Map.groupBy(group, ({ dimensions }) => dimensions[name]).values(),
    ]);
    if (split.length > alike.length) kept.add(name);
    alike = split;
  }
  return kept;
}
