import type { Block } from './verdict.ts';

/** What one node has to do with the trials of its block. */
export interface NodeShare {
  /** Those that it took part in, and those that a blame rests on that it is named in. */
  readonly trials: Block['trials'];
  readonly blames: Block['blames'];
  /** Subjects and steps of the trials that it took part in. */
  readonly groups: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  /** Subjects of bad trials that it is blamed for. */
  readonly blamed: ReadonlySet<string>;
}

/** Finds the share of each node without going through the block again. */
export function sharesOf(block: Block | undefined): (node: string) => NodeShare {
  const { trials = [], blames = [] } = block ?? {};
  const places = new Map(trials.map((trial, place) => [trial, place]));
  const byStep = Map.groupBy(trials, ({ step }) => step);
  const byMember = groupByEach(trials, ({ members }) => members);
  const naming = groupByEach(blames, ({ node, members }) =>
    node === undefined ? members : [node, ...members],
  );
  return (node) => {
    const own = byMember.get(node) ?? [];
    const named = naming.get(node) ?? [];
    const behind = named.flatMap(({ steps }) => steps.flatMap((step) => byStep.get(step) ?? []));
    const guilty = new Set(named.filter((blame) => blame.node === node).flatMap(({ steps }) => steps));
    return {
      trials: [...new Set([...own, ...behind])].sort(
        (left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0),
      ),
      blames: named,
      groups: new Set(own.map(({ group }) => group)),
      steps: new Set(own.map(({ step }) => step)),
      blamed: new Set(
        own.filter(({ step, outcome }) => outcome === 'bad' && guilty.has(step)).map(({ group }) => group),
      ),
    };
  };
}

/** Items by each of their keys, in their own order. */
export function groupByEach<T>(
  items: readonly T[],
  keysOf: (item: T) => Iterable<string>,
): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}
