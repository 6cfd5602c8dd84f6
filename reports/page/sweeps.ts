import type { Dimensions } from '../../workloads/kit/sample.ts';
import type { MetricGroup } from './metric-groups.ts';

/** One metric by one tool on subjects of one kind, over the values of the one dimension that is stepped through. */
export interface Sweep {
  readonly dimension: string;
  /** From the smallest size to the largest. */
  readonly steps: readonly { readonly size: number; readonly group: MetricGroup }[];
}

/** Fewer sizes are no curve. */
const fewestSizes = 3;

/** The sweeps among the groups; what is in none stands alone. */
export function findSweeps(groups: readonly MetricGroup[]): readonly Sweep[] {
  const families = Map.groupBy(
    groups,
    ({ kind, first: { metric, title, unit, tool, toolVersion, origin } }) =>
      JSON.stringify([kind, metric, title, unit, tool, toolVersion, origin]),
  );
  return [...families.values()].flatMap(sweepsOfFamily);
}

function sweepsOfFamily(family: readonly MetricGroup[]): readonly Sweep[] {
  const all = family.map(({ first }) => first.dimensions);
  const dimension = steppedDimension(all);
  if (dimension === undefined) return [];
  const follows = [...new Set(all.flatMap((each) => Object.keys(each)))].filter((name) =>
    isDecidedBy(all, name, dimension),
  );
  const alike = Map.groupBy(family, ({ first: { dimensions } }) =>
    JSON.stringify(
      Object.entries(dimensions)
        .filter(([name]) => !follows.includes(name))
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    ),
  );
  return [...alike.values()].flatMap((those): readonly Sweep[] => {
    const steps = those
      .map((group) => ({ size: group.first.dimensions[dimension], group }))
      .filter((step): step is Sweep['steps'][number] => typeof step.size === 'number' && step.size > 0)
      .sort((left, right) => left.size - right.size);
    const isOne = new Set(steps.map(({ size }) => size)).size === steps.length;
    return isOne && steps.length >= fewestSizes ? [{ dimension, steps }] : [];
  });
}

/** The number with the most values: a size, of messages before others. */
function steppedDimension(all: readonly Dimensions[]): string | undefined {
  const values = new Map<string, Set<number>>();
  for (const dimensions of all) {
    for (const [name, value] of Object.entries(dimensions)) {
      if (typeof value !== 'number') continue;
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return [...values]
    .filter(([, { size }]) => size >= fewestSizes)
    .sort(
      ([left, ours], [right, theirs]) =>
        Number(right === 'bytes') - Number(left === 'bytes') ||
        theirs.size - ours.size ||
        (left < right ? -1 : 1),
    )[0]?.[0];
}

/** Whether a number says no more than another: for each value of that it has one. */
function isDecidedBy(all: readonly Dimensions[], name: string, by: string): boolean {
  const found = new Map<unknown, unknown>();
  return all.every((dimensions) => {
    const value = dimensions[name];
    if (typeof value !== 'number') return false;
    const size = dimensions[by];
    if (found.has(size)) return found.get(size) === value;
    found.set(size, value);
    return true;
  });
}

/** Of the sizes of a sweep all but those that have a limit, or but the largest (for a time the smallest). */
export const stepsLeftOut = (
  sweeps: readonly Sweep[],
  isHeld: (group: MetricGroup) => boolean,
): readonly MetricGroup[] =>
  sweeps.flatMap(({ steps }) => {
    const kept = steps.filter(({ group }) => isHeld(group));
    const last = steps.at(steps[0]?.group.first.better === 'lower' ? 0 : -1);
    return steps
      .filter((step) => !(kept.length > 0 ? kept.includes(step) : step === last))
      .map(({ group }) => group);
  });
