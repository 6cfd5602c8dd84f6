import type { Limit } from '../../../workloads/kit/limit.ts';
import type { MetricRule, Requirement } from '../../../workloads/kit/requirement.ts';
import type { Sample } from '../../../workloads/kit/sample.ts';
import { candidateLimits } from '../../config/candidate-limits.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import { decide } from '../decide.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing, worst } from '../outcome.ts';
import type { Dossier, RunDossier } from '../run-dossier.ts';
import { describeQuantity } from '../samples/describe-quantity.ts';
import { explainAbsence } from '../samples/explain-absence.ts';
import type { Flaw, Judged } from '../samples/find-flaws.ts';
import { findGaps, whyUnproven, whyUnusable, wrongResults } from '../samples/find-flaws.ts';
import { groupByDimensions, observe } from '../samples/measurements.ts';
import { selectLimits } from '../samples/select-limits.ts';

const comparatorWords = { atLeast: 'at least', atMost: 'at most', equal: 'exactly' } as const;

/**
 * Judges the samples of one metric on one subject. The order of questions matters: is there a number at all,
 * was it taken where the limit says, is there a limit for this subject, can the samples be used, what do they say.
 */
export function judgeMetricRule(
  rule: MetricRule,
  requirement: Requirement,
  known: KnownSubject,
  context: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const { material } = context.index;
  const metric = material.metrics.get(rule.metric);
  if (metric === undefined)
    return missing('not-covered', `no workload declares the metric \`${rule.metric}\``);
  const limits = candidateLimits(rule, material.limits);
  if (rule.statedBy === 'contract' && limits.length === 0) {
    return missing(
      'no-limit',
      `nobody publishes a limit for \`${rule.metric}\`: a contract has to state one`,
    );
  }
  const samples = (context.node.byMetric.get(rule.metric) ?? []).filter((sample) =>
    isAbout(sample, known, requirement),
  );
  const workload = rule.metric.slice(0, rule.metric.indexOf('.'));
  if (samples.length === 0) return explainAbsence(requirement, workload, known, context);
  const unproven = limits.map((limit) => whyUnproven(limit, samples, metric));
  const [reason] = unproven;
  if (reason !== undefined && unproven.every((each) => each !== undefined)) {
    return { ...invalid(reason), ...observe(samples, metric.unit) };
  }
  const applicable = selectLimits(limits, known.device, context.node.claimedClass);
  const judged: Judged = { ...context, requirement, metric, workload };
  return (
    worst(applicable.map((limit) => judgeByLimit(limit, samples, judged))) ?? {
      ...missing('no-limit', `no published limit of \`${rule.metric}\` is for ${known.subject.label}`),
      ...observe(samples, metric.unit),
    }
  );
}

/**
 * A sample is about a subject when it names it. A node-scoped `exact` requirement also takes the samples of the
 * node's devices: there every observation counts, so none can hide behind another.
 */
function isAbout(
  sample: Sample,
  { subject, names }: KnownSubject,
  { sampling, scope }: Requirement,
): boolean {
  if (names.includes(sample.subject)) return true;
  return scope === 'node' && sampling === 'exact' && sample.subject.startsWith(`${subject.node}/`);
}

function judgeByLimit(limit: Limit, samples: readonly Sample[], judged: Judged): Outcome {
  const { metric, requirement } = judged;
  const shown = {
    id: limit.id,
    comparator: limit.comparator,
    expected: { value: limit.value, unit: limit.unit },
    source: limit.evidence.map(({ title, locator }) => `${title}, ${locator}`).join('; '),
  };
  if (limit.unit !== metric.unit)
    return { ...invalid(`the limit is in ${limit.unit}, the metric in ${metric.unit}`), limit: shown };
  const placed = samples.filter((sample) => matches(sample, limit.where));
  if (placed.length === 0) {
    const where = Object.entries(limit.where).map(([key, value]) => `${key}=${value}`);
    return { ...missing('not-run', `no sample was taken with ${where.join(', ')}`), limit: shown };
  }
  const flaws = new Map<Sample, Flaw>();
  for (const sample of placed) {
    const flaw = whyUnusable(sample, limit, judged);
    if (flaw !== undefined) flaws.set(sample, flaw);
  }
  const usable = placed.filter((sample) => !flaws.has(sample));
  const observed = observe(usable.length > 0 ? usable : placed, metric.unit);
  const decision = usable.length === 0 ? undefined : decideGroups(usable, limit, requirement);
  const expected = `expected ${comparatorWords[limit.comparator]} ${describeQuantity(limit.value, limit.unit)}`;
  // A measured fail stands whatever happened to the other samples: it is never argued or retried away.
  if (decision?.verdict === 'fail') {
    return {
      ...decision,
      reason: `${expected}, found ${decision.reason}`,
      ...(metric.correctness === true ? { cause: wrongResults(judged.node.id, judged.workload) } : {}),
      limit: shown,
      ...observed,
    };
  }
  const [flaw] = flaws.values();
  if (flaw !== undefined) {
    const share = flaws.size < placed.length ? `${flaws.size} of ${placed.length} samples: ` : '';
    return { ...invalid(`${share}${flaw.reason}`, flaw.cause), limit: shown, ...observed };
  }
  const gaps = findGaps(usable, limit, judged);
  if (gaps !== undefined || decision === undefined) {
    return { ...invalid(gaps ?? 'no sample can be used'), limit: shown, ...observed };
  }
  return { ...decision, reason: `${expected}, found ${decision.reason}`, limit: shown, ...observed };
}

const matches = (sample: Sample, where: Limit['where']): boolean =>
  Object.entries(where).every(([key, value]) => sample.dimensions[key] === value);

/** Samples with different dimensions are different measurements: each must hold by itself, none is averaged away. */
function decideGroups(
  samples: readonly Sample[],
  limit: Limit,
  { sampling }: Requirement,
): Outcome | undefined {
  const groups = sampling === 'exact' ? [samples] : groupByDimensions(samples);
  return worst(
    groups.map((group): Outcome => {
      const values = group.map(({ value }) => value);
      const { decision, reason } = decide(values, {
        comparator: limit.comparator,
        value: limit.value,
        sampling,
      });
      const verdict = decision === 'pass' || decision === 'fail' ? decision : 'inconclusive';
      return { verdict, reason: `${describeValues(values, limit)}: ${reason}` };
    }),
  );
}

function describeValues(values: readonly number[], { unit }: Limit): string {
  const show = (value: number) => describeQuantity(value, unit);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? show(low) : `${show(low)} to ${show(high)}`;
}
