import { AssayError } from '../../workloads/kit/assay-error.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { Inventory } from '../config/inventory.ts';

interface Seen {
  readonly node: string;
  readonly facts: HostFacts;
}

/** Refuses two names for one machine: its results would count twice. */
export function refuseDuplicates(nodes: readonly Seen[]): void {
  const seen = new Map<string, { readonly node: string; readonly what: string }>();
  for (const { node, facts } of nodes) {
    for (const [what, value] of identitiesOf(facts)) {
      const other = seen.get(`${what} ${value}`);
      if (other !== undefined && other.node !== node) {
        throw new AssayError(
          'SAME_MACHINE',
          `expected ${node} and ${other.node} to be two machines, found the same ${what} ${value}`,
          { hint: 'Name each machine once.' },
        );
      }
      seen.set(`${what} ${value}`, { node, what });
    }
  }
}

const identitiesOf = ({ identity, accelerators }: HostFacts): readonly (readonly [string, string])[] => [
  ...named('boot id', valueOf(identity.bootId)),
  ...named('DMI UUID', valueOf(identity.dmiUuid)),
  ...(valueOf(accelerators) ?? []).flatMap(({ uuid }) => named('accelerator UUID', valueOf(uuid))),
];

/** Boards without a UUID of their own answer with zeros or ones. */
const named = (what: string, value: string | undefined): readonly (readonly [string, string])[] =>
  value === undefined || /^[0f-]*$/i.test(value) ? [] : [[what, value.toLowerCase()]];

/** Refuses machines that somebody uses, before any load. */
export function refuseOccupied(nodes: readonly Seen[]): void {
  const occupied = nodes.flatMap(({ node, facts }) =>
    (valueOf(facts.occupancy.reasons) ?? []).map((reason) => `${node}: ${reason}`),
  );
  if (occupied.length === 0) return;
  throw new AssayError('NODE_OCCUPIED', `expected idle machines, found ${occupied.join('; ')}`, {
    hint: 'Free them, or say with --exclusive-confirmed that they may be measured all the same.',
  });
}

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
