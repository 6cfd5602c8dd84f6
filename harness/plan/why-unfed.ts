import type { Limit } from '../../workloads/kit/limit.ts';
import type { Metrics, Workload } from '../../workloads/kit/workload.ts';
import type { PlannedStep } from './plan.ts';

type Declared = Pick<Workload<Metrics, Record<string, unknown>>, 'params' | 'gives'>;

/**
 * The dimensions in which no planned step can give a reading that one of these limits is for; none when one can. What
 * neither the parameters of a step nor its workload say beforehand is seen when it has been measured.
 */
export function whyUnfed(
  limits: readonly Limit[],
  steps: readonly Pick<PlannedStep, 'params'>[],
  workload: Declared,
): Limit['where'] | undefined {
  const wrong = limits.flatMap(({ where }) =>
    steps.map((step) => Object.entries(where).filter(([key, value]) => !canGive(step, workload, key, value))),
  );
  const [nearest] = wrong.toSorted((a, b) => a.length - b.length);
  return nearest === undefined || nearest.length === 0 ? undefined : Object.fromEntries(nearest);
}

function canGive(
  { params }: Pick<PlannedStep, 'params'>,
  { params: schema, gives }: Declared,
  key: string,
  value: Limit['where'][string],
): boolean {
  if (key in params) return params[key] === value;
  const read = schema.safeParse(params);
  const known = read.success ? gives?.(read.data)[key] : undefined;
  return known === undefined || known.includes(value);
}
