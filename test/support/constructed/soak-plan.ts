import { findSuite, loadBuiltIn } from '../../../harness/config/built-in.ts';
import type { Suite } from '../../../harness/config/suite.ts';
import { withSoak } from '../../../harness/config/with-soak.ts';
import { createPlan } from '../../../harness/plan/create-plan.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { known } from '../../../workloads/kit/facts/fact.ts';
import { loadRegistry } from '../../../workloads/registry.ts';
import type { FactChanges } from './facts.ts';
import { mergeFacts } from './facts.ts';

export const registry = await loadRegistry();
const { profiles } = await loadBuiltIn(registry);
const profile = profiles.find(({ id }) => id === 'cpu-cluster')!;
const [cluster, soak] = await Promise.all(['cluster', 'soak'].map((id) => findSuite(id, registry, '.')));
const programs = Object.fromEntries(
  ['mpirun', 'mpicc', 'gcc', 'orted', 'fio'].map((name) => [name, `/usr/bin/${name}`]),
);

/** The shipped cluster suite with a soak behind it. */
export const soakSuite = (seconds: number, hours = 12): Suite =>
  withSoak(cluster!, soak!, { seconds, hours });

/** What is planned for the shipped cluster suite with a soak behind it, on nodes that have all its programs. */
export function planSoak(
  names: readonly string[],
  seconds: number,
  hours = 12,
  changes: FactChanges = {},
): Plan {
  return createPlan({
    run: 'r',
    nodes: names.map((node, index) => ({
      node,
      facts: {
        ...mergeFacts(changes),
        programs,
        headers: { 'pthread.h': '/usr/include/pthread.h', 'cblas.h': '/usr/include/cblas.h' },
        addresses: known([{ interface: 'ib0', ipv4: `10.0.0.${index + 1}/24` }]),
      },
    })),
    profile,
    suite: soakSuite(seconds, hours),
    inventory: {
      schema: 'assay/inventory',
      schemaVersion: 1,
      nodes: names.map((name) => ({ name, claims: {} })),
      fabric: { interface: 'ib0' },
    },
    registry,
  });
}
