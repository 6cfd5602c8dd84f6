import type { Limit } from '../../workloads/kit/limit.ts';
import { perObject } from '../../workloads/kit/per-object.ts';
import type { MetricRule, SiblingsRule } from '../../workloads/kit/requirement.ts';

/** Whether a limit is about how windows of a soak or siblings compare: no requirement on a value is held against it. */
const compares = ({ statistic }: Limit): boolean =>
  statistic === 'kept' || statistic === 'same' || statistic === 'siblings';

/** The limits that a rule selects, for every kind of hardware: which of them applies depends on the subject. */
export const candidateLimits = (rule: MetricRule, limits: readonly Limit[]): readonly Limit[] =>
  selectedFrom(limits)(rule);

const selectedFrom = perObject((limits: readonly Limit[]) =>
  perObject((rule: MetricRule) => select(rule, limits)),
);

function select(rule: MetricRule, limits: readonly Limit[]): readonly Limit[] {
  const { metric, where = {}, class: only, statedBy, limits: ids } = rule;
  if (ids !== undefined) return limits.filter(({ id }) => ids.includes(id));
  return limits.filter(
    (limit) =>
      limit.metric === metric &&
      !compares(limit) &&
      // The most that a part can do bounds each of its numbers, whatever they are about in particular.
      Object.entries(where).every(
        ([key, value]) =>
          limit.where[key] === value || (limit.decides === false && limit.where[key] === undefined),
      ) &&
      (only === undefined || (limit.hardware.class === only && limit.hardware.models === undefined)) &&
      (statedBy === undefined || limit.evidence.some(({ kind }) => kind === statedBy)),
  );
}

/** The limits that a rule on siblings selects: how they compare. */
export const siblingLimits = (
  { metric, where = {} }: SiblingsRule,
  limits: readonly Limit[],
): readonly Limit[] =>
  limits.filter(
    (limit) =>
      limit.metric === metric &&
      limit.statistic === 'siblings' &&
      Object.entries(where).every(([key, value]) => limit.where[key] === value),
  );
