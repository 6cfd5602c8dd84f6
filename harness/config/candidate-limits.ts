import type { Limit } from '../../workloads/kit/limit.ts';
import { perObject } from '../../workloads/kit/per-object.ts';
import type { MetricRule } from '../../workloads/kit/requirement.ts';

/** Whether a limit is about how the windows of a soak compare: no other requirement is held against it. */
const comparesWindows = ({ statistic }: Limit): boolean => statistic === 'kept' || statistic === 'same';

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
      !comparesWindows(limit) &&
      Object.entries(where).every(([key, value]) => limit.where[key] === value) &&
      (only === undefined || (limit.hardware.class === only && limit.hardware.models === undefined)) &&
      (statedBy === undefined || limit.evidence.some(({ kind }) => kind === statedBy)),
  );
}
