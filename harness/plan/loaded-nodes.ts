import { isHeavy } from '../../workloads/kit/workload.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { Plan } from './plan.ts';
import { isOfSoak } from './soak-windows.ts';

export interface LoadedNodes {
  /** That a plan puts under heavy load, … */
  readonly all: ReadonlySet<string>;
  /** … whose accelerators it does, … */
  readonly accelerators: ReadonlySet<string>;
  /** … and whose processors are loaded meanwhile. */
  readonly soaked: ReadonlySet<string>;
}

export function loadedNodes({ steps }: Pick<Plan, 'steps'>, registry: Registry): LoadedNodes {
  const heavy = steps.flatMap((step) => {
    const workload = registry.get(step.workload)?.workload;
    const isOfCards = workload?.concerns?.(step.params) === 'accelerators';
    return isHeavy(workload, step.params) ? [{ node: step.node, isOfCards, isOfSoak: isOfSoak(step) }] : [];
  });
  const nodesOf = (those: typeof heavy): ReadonlySet<string> => new Set(those.map(({ node }) => node));
  const ofCards = heavy.filter(({ isOfCards }) => isOfCards);
  return {
    all: nodesOf(heavy),
    accelerators: nodesOf(ofCards),
    soaked: nodesOf(ofCards.filter((step) => step.isOfSoak)),
  };
}
