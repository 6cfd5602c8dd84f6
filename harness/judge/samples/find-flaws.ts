import type { Said } from '../../../reports/verdict/said.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { DeclaredMetric, Metric } from '../../../workloads/kit/workload.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { isOfSoak } from '../../plan/soak-windows.ts';
import type { Cause } from '../cause.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';
import { fateOf, foldFates } from './step-fate.ts';

/** Why a sample cannot be used, and the cause that it shares with other cells. */
export interface Flaw {
  readonly reason: Said;
  readonly cause?: Cause;
}

/** A metric rule on one subject, with what is known about its node or group. */
export interface Judged {
  readonly index: RunDossier;
  readonly node: Dossier;
  readonly requirement: Requirement;
  readonly metric: DeclaredMetric;
}

/** The one cause of wrong results and of the speeds that rest on them. */
export const wrongResults = ({ node, metric }: Pick<Judged, 'node' | 'metric'>): Cause => ({
  of: node.id,
  why: 'wrong',
  in: metric.workload,
});

/** Why not one of these samples was taken where the limit says, or `undefined` if at least one was. */
export function whyUnproven(
  limit: Limit,
  samples: readonly JudgedSample[],
  metric: Metric,
): Said | undefined {
  const reasons = samples.map((sample) => whyNotProven(limit, sample, metric));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** Is this a wrong result? Then it stands, wherever and with whatever it was found. */
export const isWrong = ({ value }: JudgedSample, { correctness }: Metric): boolean =>
  correctness === true && value > 0;

function whyNotProven({ proof }: Limit, sample: JudgedSample, metric: Metric): Said | undefined {
  if (isWrong(sample, metric)) return undefined;
  const mismatch = Object.entries(proof).find(([key, value]) => sample.dimensions[key] !== value);
  if (mismatch === undefined) return undefined;
  const [key, wanted] = mismatch;
  const found = sample.dimensions[key];
  return { say: 'unproven', key, wanted, ...(found === undefined ? {} : { found }) };
}

/** Why this sample cannot be held against this limit; the first reason that applies. */
export function whyUnusable(sample: JudgedSample, limit: Limit, judged: Judged): Flaw | undefined {
  const { metric, node, index } = judged;
  if (sample.invalid !== undefined) return { reason: sample.invalid, ...causeOf(sample.invalid) };
  if (sample.unit !== limit.unit)
    return { reason: { say: 'other-unit', found: sample.unit, limit: limit.unit } };
  if (!Number.isFinite(sample.value)) return { reason: { say: 'not-finite' } };
  if (limit.ceiling !== undefined && sample.value > limit.ceiling) {
    const { value, unit } = sample;
    return {
      reason: { say: 'above-ceiling', found: { value, unit }, ceiling: { value: limit.ceiling, unit } },
    };
  }
  const unproven = whyNotProven(limit, sample, metric);
  if (unproven !== undefined) return { reason: unproven };
  if (limit.tools !== undefined && !limit.tools.includes(sample.tool) && !isWrong(sample, metric)) {
    return { reason: { say: 'other-tool', tool: sample.tool, tools: limit.tools } };
  }
  const stray = isWrong(sample, metric)
    ? undefined
    : (whyStray(sample, judged) ?? whyForeign(sample, judged));
  if (stray !== undefined) return { reason: stray };
  if (metric.correctness === true) {
    // An indicative kernel cannot show that results are right, but a wrong one it found is wrong.
    return sample.origin === 'embedded' && !isWrong(sample, metric) ? indicative(sample, judged) : undefined;
  }
  const fate = fateOf(sample.step, node, index);
  if (!fate.isEvidence) return { reason: { say: 'fates', fates: foldFates([fate]) } };
  if (sample.origin === 'embedded') return indicative(sample, judged);
  if (metric.state === true) return undefined;
  return whyRestricted(judged) ?? whyIncorrect(sample, judged);
}

/** Other work is of the machine that it was found on, whatever was measured beside it. */
const causeOf = (reason: Said): { readonly cause?: Cause } =>
  reason.say === 'other-work' ? { cause: { of: reason.node, why: 'other-work' } } : {};

const indicative = ({ tool }: JudgedSample, { node, metric }: Judged): Flaw => ({
  reason: { say: 'indicative', tool },
  cause: { of: node.id, why: 'indicative', in: metric.workload },
});

/** Numbers of a step that was not planned may belong to another run. */
const whyStray = ({ step }: JudgedSample, { node }: Judged): Said | undefined =>
  node.planned.has(step) ? undefined : { say: 'unplanned-step', step };

/** A number of a device that the node does not have is a number of another machine. */
const whyForeign = ({ subject }: JudgedSample, { node }: Judged): Said | undefined =>
  node.names.has(nameOf(subject)) ? undefined : { say: 'foreign-device', subject: nameOf(subject) };

function whyRestricted({ node }: Judged): Flaw | undefined {
  const cause: Cause = { of: node.id, why: 'restricted' };
  const unrestricted = node.facts?.limits.unrestricted;
  if (unrestricted === undefined) return { reason: { say: 'limits-unknown' }, cause };
  if ('unknown' in unrestricted)
    return { reason: { say: 'limits-unknown', unknown: unrestricted.unknown }, cause };
  return unrestricted.value ? undefined : { reason: { say: 'restricted' }, cause };
}

/**
 * A speed is worth as much as the results that were computed at that speed. Its own step says whether they were
 * right; where checking would change the speed (a drive that is timed is not verified), another step of the same
 * tool on the same subject has to say it.
 */
function whyIncorrect(sample: JudgedSample, judged: Judged): Flaw | undefined {
  const { index, node, metric, requirement } = judged;
  const { metrics } = index.material;
  const checks = checksOf(sample, node) ?? siblingChecks(sample, judged);
  const wrong = checks.find(({ value }) => value > 0);
  if (wrong !== undefined) {
    const title = metrics.get(wrong.metric)?.title ?? wrong.metric;
    const where = wrong.step === sample.step ? {} : { step: wrong.step };
    return {
      reason: { say: 'wrong-results', ...where, what: title, value: wrong.value },
      cause: wrongResults(judged),
    };
  }
  const unusable = checks.find(({ invalid }) => invalid !== undefined);
  if (unusable?.invalid !== undefined) {
    return { reason: { say: 'check-unusable', why: unusable.invalid } };
  }
  return checks.length === 0 && requirement.level === 'required'
    ? {
        reason: { say: 'unchecked', step: sample.step },
        cause: { of: node.id, why: 'unchecked', in: metric.workload },
      }
    : undefined;
}

/**
 * What the step of a sample checked, as far as it speaks for it: where its own device was checked, that another one computed wrong
 * is no fault of it. `undefined`: nothing was checked in it.
 */
export function checksOf(
  { step, subject }: JudgedSample,
  { checks }: Pick<Dossier, 'checks'>,
): readonly JudgedSample[] | undefined {
  const all = checks.get(step);
  const name = nameOf(subject);
  const isOwn = (check: JudgedSample): boolean => nameOf(check.subject) === name;
  return subject.kind === 'device' && all?.some(isOwn) === true
    ? all.filter((check) => isOwn(check) || check.subject.kind !== 'device')
    : all;
}

/** Checks of other steps that speak for this sample: by the same tool on the same subject. */
function siblingChecks(sample: JudgedSample, { index, node, metric }: Judged): readonly JudgedSample[] {
  const keyOf = (workload: string | undefined, { subject, tool }: JudgedSample): string =>
    JSON.stringify([workload, nameOf(subject), tool]);
  const all = index.once(`checks ${node.id}`, () =>
    Map.groupBy(
      // A wrong result counts however its step ended; a right one only if the step ended well.
      [...node.checks.values()]
        .flat()
        .filter(({ value, step }) => value > 0 || fateOf(step, node, index).isEvidence),
      (check) => keyOf(index.material.metrics.get(check.metric)?.workload, check),
    ),
  );
  return all.get(keyOf(metric.workload, sample)) ?? [];
}

/**
 * Which planned repetitions are missing below these samples. What is left may not silently stand for what was
 * planned: the survivors of a timeout are the fast ones, and a check that crashed found nothing wrong.
 */
export function findGaps(samples: readonly JudgedSample[], limit: Limit, judged: Judged): Said | undefined {
  const { index, node } = judged;
  // A group of a soak needs a coordinator in every window: what it did counts, and what it did not is listed elsewhere.
  // What goes on beside a step of several nodes is begun with that, or never.
  const planned = [...node.planned.values()].filter(
    (step) => step.beside === undefined && (step.seat === undefined || !isOfSoak(step)),
  );
  const seen = new Set(samples.map(({ step }) => step));
  const entries = new Set(planned.filter(({ step }) => seen.has(step)).map(({ entry }) => entry));
  // That no device could be reached speaks for nothing else of the node.
  const ofDevices = new Set(
    judged.requirement.scope === 'node'
      ? node.unmeasured.filter(({ subject }) => subject.kind === 'device').map(({ step }) => step)
      : [],
  );
  const due = planned.filter(
    (step) =>
      (entries.has(step.entry) || isDue(step, limit, judged)) &&
      (seen.has(step.step) || !ofDevices.has(step.step)),
  );
  const gaps = due
    .map(({ step }) => fateOf(step, node, index))
    .filter(({ step, isEvidence }) => !isEvidence || !seen.has(step));
  if (gaps.length === 0) return undefined;
  return {
    say: 'repetitions',
    done: due.length - gaps.length,
    of: due.length,
    fates: foldFates(gaps),
  };
}

/**
 * Should this step have given the reading, though its entry gave none at all? Its parameters decide: none may
 * contradict the limit's dimensions. A speed must match them all, since other entries of a workload report others.
 */
function isDue(step: PlannedStep, limit: Limit, { metric }: Judged): boolean {
  if (step.workload !== metric.workload || metric.comesFrom?.(step.params) === false) return false;
  if (isOfSoak(step) && metric.correctness !== true && metric.state !== true) return false;
  return (
    Object.entries(limit.where).every(([key, value]) =>
      key in step.params ? step.params[key] === value : metric.correctness === true,
    ) &&
    (metric.correctness === true || Object.keys(limit.where).length > 0)
  );
}
