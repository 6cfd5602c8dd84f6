import type { ComparedAsset } from '../../reports/verdict/comparison.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Identity, ReadNode, RunReadings } from './run-readings.ts';

/** A machine as the runs of one side saw it, in the order of time. */
export interface SeenAsset {
  readonly seen: readonly { readonly run: RunReadings; readonly node: ReadNode }[];
  readonly identity: Identity;
  readonly place: string | undefined;
  readonly name: string;
}

export interface MatchedAsset extends Pick<ComparedAsset, 'how' | 'change'> {
  readonly before: SeenAsset | undefined;
  readonly after: SeenAsset | undefined;
}

type Key = NonNullable<ComparedAsset['how']>;

/** Surest first. A place is no proof, and neither is a name: whoever reads is told by what two were taken for one. */
const keys: readonly Key[] = ['serial', 'uuid', 'machine-id', 'place', 'name'];

type Known = Pick<SeenAsset, 'identity' | 'place' | 'name'>;

function keyOf({ identity, place, name }: Known, key: Key): string | undefined {
  switch (key) {
    case 'serial':
      return identity.serial;
    case 'uuid':
      return identity.uuid;
    case 'machine-id':
      return identity.machineId;
    case 'place':
      return place;
    case 'name':
      return name;
  }
}

/** Two that tell different serials or UUIDs are two, wherever they stand and whatever they are called. */
const areTwo = (a: Known, b: Known): boolean =>
  (['serial', 'uuid'] as const).some((key) => {
    const [left, right] = [a.identity[key], b.identity[key]];
    return left !== undefined && right !== undefined && left !== right;
  });

/**
 * The machines of one side: nodes of its runs, in the order of time, that are the same one. Throws COMPARISON_REFUSED for a machine
 * that stands twice in one run.
 */
export function assetsOf(runs: readonly RunReadings[]): readonly SeenAsset[] {
  let assets: readonly SeenAsset[] = [];
  for (const run of runs) {
    const nodes = run.nodes.map(
      (node): SeenAsset => ({
        seen: [{ run, node }],
        identity: node.identity,
        place: placeOf(node),
        name: node.name,
      }),
    );
    refuseTwice(nodes, run);
    assets = join(assets, nodes).map(({ before, after }) =>
      before === undefined || after === undefined ? ((before ?? after) as SeenAsset) : merge(before, after),
    );
  }
  return assets;
}

/** Full outer join of the machines of two sides. */
export function matchAssets(
  before: readonly SeenAsset[],
  after: readonly SeenAsset[],
): readonly MatchedAsset[] {
  return join(before, after).map((pair) => ({ ...pair, change: changeOf(pair) }));
}

type Pair = Pick<MatchedAsset, 'before' | 'after' | 'how'>;

function changeOf({ before, after }: Pair): ComparedAsset['change'] {
  if (before === undefined) return 'appeared';
  if (after === undefined) return 'vanished';
  return before.place === after.place || before.place === undefined || after.place === undefined
    ? 'same'
    : 'moved';
}

/** Those of the left side first, in its order, then those that only the right one has. A key that several have joins nobody. */
function join(left: readonly SeenAsset[], right: readonly SeenAsset[]): readonly Pair[] {
  const found = new Map<SeenAsset, { after: SeenAsset; how: Key }>();
  const taken = new Set<SeenAsset>();
  for (const key of keys) {
    const open = Map.groupBy(
      right.filter((each) => !taken.has(each)),
      (each) => keyOf(each, key),
    );
    const asked = Map.groupBy(
      left.filter((each) => !found.has(each)),
      (each) => keyOf(each, key),
    );
    for (const [value, those] of asked) {
      const [before, ...more] = those;
      const [after, ...others] = open.get(value) ?? [];
      if (value === undefined || before === undefined || after === undefined) continue;
      if (more.length > 0 || others.length > 0 || areTwo(before, after)) continue;
      found.set(before, { after, how: key });
      taken.add(after);
    }
  }
  return [
    ...left.map((before): Pair => ({ before, after: undefined, how: undefined, ...found.get(before) })),
    ...right
      .filter((each) => !taken.has(each))
      .map((after): Pair => ({ before: undefined, after, how: undefined })),
  ];
}

const merge = (first: SeenAsset, then: SeenAsset): SeenAsset => ({
  seen: [...first.seen, ...then.seen],
  identity: {
    serial: then.identity.serial ?? first.identity.serial,
    uuid: then.identity.uuid ?? first.identity.uuid,
    machineId: then.identity.machineId ?? first.identity.machineId,
  },
  place: then.place ?? first.place,
  name: then.name,
});

const placeOf = ({ rack, slot }: ReadNode): string | undefined =>
  rack === undefined || slot === undefined ? undefined : JSON.stringify([rack, slot]);

function refuseTwice(nodes: readonly SeenAsset[], { run }: RunReadings): void {
  for (const key of ['serial', 'uuid'] as const) {
    const groups = Map.groupBy(nodes, ({ identity }) => identity[key]);
    for (const [value, [first, second]] of groups)
      if (value !== undefined && first !== undefined && second !== undefined)
        throw new AssayError(
          'COMPARISON_REFUSED',
          `run ${run.id}: expected each machine once, found that ${first.name} and ${second.name} both have the ${key} ${value.slice(0, 80)}`,
          { hint: 'Name each machine once in the inventory and measure again.' },
        );
  }
}
