import type { Said } from '../../../reports/verdict/said.ts';
import type { NotShown } from '../../../reports/verdict/verdict.ts';
import { foldNames } from '../../../reports/verdict/words/fold-names.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../workloads/kit/facts/host-facts.ts';
import type { RunDossier } from '../run-dossier.ts';

/** By what one machine is told from another. */
const identitiesOf = ({ identity, accelerators }: HostFacts): readonly (readonly [string, string])[] => [
  ...Object.entries({
    'boot id': valueOf(identity.bootId),
    'machine id': valueOf(identity.machineId),
    'DMI UUID': valueOf(identity.dmiUuid),
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  ...(valueOf(accelerators) ?? []).flatMap(({ uuid }) => {
    const value = valueOf(uuid);
    return value === undefined ? [] : [['accelerator UUID', value] as const];
  }),
];

/**
 * Nodes that say the same of what only one machine can have: named, each of them, and nothing is taken from any. That they
 * are one machine would have shown when the second one was reached; that they are two is only told by their leases.
 */
export function listEqualIdentities(index: RunDossier): readonly NotShown[] {
  const owners = new Map<string, { name: string; value: string; nodes: Set<string> }>();
  for (const { id, facts } of index.nodes)
    for (const [name, value] of facts === undefined ? [] : identitiesOf(facts)) {
      const key = JSON.stringify([name, value]);
      const known = owners.get(key);
      if (known === undefined) owners.set(key, { name, value, nodes: new Set([id]) });
      else known.nodes.add(id);
    }
  const shared = [...owners.values()].filter(({ nodes }) => nodes.size > 1);
  return [...Map.groupBy(shared, ({ nodes }) => JSON.stringify([...nodes])).values()].flatMap((equal) => {
    const nodes = [...(equal[0]?.nodes ?? [])];
    const ids = [...Map.groupBy(equal, ({ name }) => name)].map(([name, those]) => ({
      name,
      value: those[0]?.value ?? '',
      count: those.length,
    }));
    const names = foldNames(nodes);
    const reason: Said = { say: 'equal-ids', nodes: names, ids, isDistinct: areDistinct(nodes, index) };
    return [{ what: { say: 'own-machine', nodes: names }, about: nodes, reason }];
  });
}

/** Whether it was found that each of them is a machine of its own. */
const areDistinct = (nodes: readonly string[], { material: { distinct } }: RunDossier): boolean =>
  distinct.some((those) => nodes.every((node) => those.includes(node)));
