import { unknown, valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import type { FactsDocument } from './run-material.ts';

/** After a restart the load average has our own work in it. */
export const withoutOwnLoad = (facts: HostFacts): HostFacts => ({
  ...facts,
  occupancy: {
    ...facts.occupancy,
    isLoaded: unknown('after a restart the load average has the work of this run in it'),
  },
});

/**
 * The facts as first seen, with the effective limits of the most restricted keeper: after a restart the agent may
 * have been allowed less, and no speed may hide behind what it was allowed before.
 */
export function withWorstLimits(first: HostFacts, all: readonly FactsDocument[]): HostFacts {
  const restricted = all.find(({ facts }) => valueOf(facts.limits.unrestricted) !== true);
  return restricted === undefined ? first : { ...first, limits: restricted.facts.limits };
}
