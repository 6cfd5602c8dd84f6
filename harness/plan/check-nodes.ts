import { AssayError } from '../../workloads/kit/assay-error.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { heldMemory } from '../../workloads/kit/facts/read-use.ts';
import type { Inventory } from '../config/inventory.ts';

interface Seen {
  readonly node: string;
  readonly facts: HostFacts;
}

/** What uses each machine that somebody uses, or may: memory of an accelerator that is taken is taken by somebody. */
export const findOccupied = (nodes: readonly Seen[]): ReadonlyMap<string, string[]> =>
  new Map(
    nodes.flatMap(({ node, facts }) => {
      const reasons = [...(valueOf(facts.occupancy.reasons) ?? []), ...heldAccelerators(facts)];
      return reasons.length === 0 ? [] : [[node, reasons] as const];
    }),
  );

const heldAccelerators = ({ accelerators }: HostFacts): string[] =>
  (valueOf(accelerators) ?? []).flatMap((each) => {
    const held = 'unknown' in each.occupancy ? heldMemory(each) : undefined;
    return held === undefined ? [] : [`accelerator ${each.address}: ${held}`];
  });

/** Refuses a set of nodes whose power domain could not carry them all under load. Returns the domains with their sums. */
export function checkPowerDomains(
  { powerDomains = [], nodes }: Inventory,
  loaded: ReadonlySet<string>,
): readonly { readonly id: string; readonly limitKw: number; readonly plannedKw: number }[] {
  return powerDomains.map(({ id, limitKw, nodes: members }) => {
    const watts = nodes
      .filter(({ name }) => members.includes(name) && loaded.has(name))
      .reduce((sum, { maxWatts = 0 }) => sum + maxWatts, 0);
    const plannedKw = watts / 1000;
    if (plannedKw > limitKw) {
      throw new AssayError(
        'POWER_LIMIT',
        `power domain ${id}: expected at most ${limitKw} kW, found ${plannedKw} kW if all its nodes are loaded`,
        { hint: 'Leave nodes of this domain out of the inventory, or correct maxWatts and limitKw.' },
      );
    }
    return { id, limitKw, plannedKw };
  });
}

/** The nodes that are loaded and cooled by a liquid, which nothing here watches: by how they are cooled. */
export const liquidCooled = ({ nodes }: Pick<Inventory, 'nodes'>, loaded: ReadonlySet<string>) =>
  Map.groupBy(
    nodes.filter(({ name, cooling = 'air' }) => cooling !== 'air' && loaded.has(name)),
    ({ cooling = 'air' }) => cooling,
  );

/**
 * Refuses heavy load on nodes that are cooled by a liquid when nobody vouches for the facility: without flow such a part is at
 * its limit in seconds, and no agent sees a leak.
 */
export function checkCooling(
  inventory: Pick<Inventory, 'nodes'>,
  loaded: ReadonlySet<string>,
  isWatched: boolean,
): void {
  const liquid = [...liquidCooled(inventory, loaded)];
  if (isWatched || liquid.length === 0) return;
  const each = liquid.map(([cooling, nodes]) => `${nodes.map(({ name }) => name).join(', ')} (${cooling})`);
  throw new AssayError(
    'COOLING_UNWATCHED',
    `expected somebody who watches flow and leaks, found heavy load on ${each.join('; ')}`,
    {
      hint: 'Have the facility watched, and say who does: --facility-ack NAME; or name a command that tells of it: `facility` in the inventory.',
    },
  );
}
