import type { Limit } from '../../../workloads/kit/limit.ts';
import type { Requirement } from '../../../workloads/kit/requirement.ts';
import type { Sample } from '../../../workloads/kit/sample.ts';
import type { Metric } from '../../../workloads/kit/workload.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { Dossier, RunDossier } from '../run-dossier.ts';
import { describeFates, fateOf } from './step-fate.ts';

/** Why a sample cannot be used, and the cause that it shares with other cells. */
export interface Flaw {
  readonly reason: string;
  readonly cause?: string;
}

/** A metric rule on one subject, with what is known about its node or group. */
export interface Judged {
  readonly index: RunDossier;
  readonly node: Dossier;
  readonly requirement: Requirement;
  readonly metric: Metric;
  readonly workload: string;
}

/** The one cause of wrong results and of the speeds that rest on them. */
export const wrongResults = (node: string, workload: string): string => `${node}:wrong:${workload}`;

/** Why not one of these samples was taken where the limit says, or `undefined` if at least one was. */
export function whyUnproven(limit: Limit, samples: readonly Sample[], metric: Metric): string | undefined {
  const reasons = samples.map((sample) => whyNotProven(limit, sample, metric));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** Is this a wrong result? Then it stands, wherever and with whatever it was found. */
const isWrong = ({ value }: Sample, { correctness }: Metric): boolean => correctness === true && value > 0;

function whyNotProven({ proof }: Limit, sample: Sample, metric: Metric): string | undefined {
  if (isWrong(sample, metric)) return undefined;
  const mismatch = Object.entries(proof).find(([key, value]) => sample.dimensions[key] !== value);
  if (mismatch === undefined) return undefined;
  const [key, wanted] = mismatch;
  const found = sample.dimensions[key];
  if (found === undefined) return `${key} is not proven to be ${wanted}`;
  return typeof wanted === 'string'
    ? `measured on ${found}, not ${wanted} (${key})`
    : `${key} is ${found}, not ${wanted}`;
}

/** Why this sample cannot be held against this limit; the first reason that applies. */
export function whyUnusable(sample: Sample, limit: Limit, judged: Judged): Flaw | undefined {
  const { metric, node, index } = judged;
  if (sample.invalid !== undefined) return { reason: sample.invalid };
  if (sample.unit !== limit.unit)
    return { reason: `measured in ${sample.unit}, the limit is in ${limit.unit}` };
  if (!Number.isFinite(sample.value)) return { reason: 'the value is not a finite number' };
  const unproven = whyNotProven(limit, sample, metric);
  if (unproven !== undefined) return { reason: unproven };
  if (limit.tools !== undefined && !limit.tools.includes(sample.tool) && !isWrong(sample, metric)) {
    return { reason: `measured with ${sample.tool}; the limit is for ${limit.tools.join(' or ')}` };
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
  if (!fate.isEvidence) return { reason: describeFates([fate]) };
  if (sample.origin === 'embedded') return indicative(sample, judged);
  return whyRestricted(judged) ?? whyIncorrect(sample, judged);
}

const indicative = ({ tool }: Sample, { node, workload }: Judged): Flaw => ({
  reason: `indicative: ${tool} is Assay's own kernel, no native tool measured this`,
  cause: `${node.id}:indicative:${workload}`,
});

/** Numbers of a step that was not planned may belong to another run. */
const whyStray = ({ step }: Sample, { node }: Judged): string | undefined =>
  node.planned.has(step) ? undefined : `step ${step} is not in the plan of this node`;

/** A number of a device that the node does not have is a number of another machine. */
const whyForeign = ({ subject }: Sample, { node }: Judged): string | undefined =>
  node.names.has(subject) ? undefined : `measured on ${subject}, which is not among the devices of this node`;

function whyRestricted({ node }: Judged): Flaw | undefined {
  const cause = `${node.id}:restricted`;
  const unrestricted = node.facts?.limits.unrestricted;
  if (unrestricted === undefined) return { reason: 'the effective limits of the agent are not known', cause };
  if ('unknown' in unrestricted)
    return {
      reason: `whether the agent could use the whole machine is not known: ${unrestricted.unknown}`,
      cause,
    };
  return unrestricted.value
    ? undefined
    : { reason: 'the agent could not use the whole machine (affinity, quota or memory limit)', cause };
}

/**
 * A speed is worth as much as the results that were computed at that speed. Its own step says whether they were
 * right; where checking would change the speed (a drive that is timed is not verified), another step of the same
 * tool on the same subject has to say it.
 */
function whyIncorrect(sample: Sample, judged: Judged): Flaw | undefined {
  const { index, node, workload, requirement } = judged;
  const { metrics } = index.material;
  const checks = node.checks.get(sample.step) ?? siblingChecks(sample, judged);
  const wrong = checks.find(({ value }) => value > 0);
  if (wrong !== undefined) {
    const title = metrics.get(wrong.metric)?.title ?? wrong.metric;
    const where = wrong.step === sample.step ? 'its step' : `step ${wrong.step}`;
    return {
      reason: `${where} computed wrong results (${title}: ${wrong.value})`,
      cause: wrongResults(node.id, workload),
    };
  }
  const unusable = checks.find(({ invalid }) => invalid !== undefined);
  if (unusable?.invalid !== undefined) {
    return { reason: `the check of its results cannot be used: ${unusable.invalid}` };
  }
  return checks.length === 0 && requirement.level === 'required'
    ? {
        reason: `nothing checked the results of step ${sample.step}`,
        cause: `${node.id}:unchecked:${workload}`,
      }
    : undefined;
}

/** Checks of other steps that speak for this sample: by the same tool on the same subject. */
function siblingChecks(sample: Sample, { index, node, workload }: Judged): readonly Sample[] {
  const key = JSON.stringify([workload, sample.subject, sample.tool]);
  const all = index.once(`checks ${node.id}`, () =>
    Map.groupBy(
      // A wrong result counts however its step ended; a right one only if the step ended well.
      [...node.checks.values()]
        .flat()
        .filter(({ value, step }) => value > 0 || fateOf(step, node, index).isEvidence),
      ({ metric, subject, tool }) => JSON.stringify([metric.slice(0, metric.indexOf('.')), subject, tool]),
    ),
  );
  return all.get(key) ?? [];
}

/**
 * Which planned repetitions are missing below these samples. What is left may not silently stand for what was
 * planned: the survivors of a timeout are the fast ones, and a check that crashed found nothing wrong.
 */
export function findGaps(samples: readonly Sample[], limit: Limit, judged: Judged): string | undefined {
  const { index, node } = judged;
  const planned = [...node.planned.values()];
  const seen = new Set(samples.map(({ step }) => step));
  const entries = new Set(planned.filter(({ step }) => seen.has(step)).map(({ entry }) => entry));
  const due = planned.filter((step) => entries.has(step.entry) || isDue(step, limit, judged));
  const gaps = due
    .map(({ step }) => fateOf(step, node, index))
    .filter(({ step, isEvidence }) => !isEvidence || !seen.has(step));
  if (gaps.length === 0) return undefined;
  return `${due.length - gaps.length} of ${due.length} planned repetitions: ${describeFates(gaps)}`;
}

/**
 * Should this step have given the reading, though its entry gave none at all? Its parameters decide: none may
 * contradict the limit's dimensions. A speed must match them all, since other entries of a workload report others.
 */
function isDue(step: PlannedStep, limit: Limit, { workload, metric }: Judged): boolean {
  if (step.workload !== workload) return false;
  return (
    Object.entries(limit.where).every(([key, value]) =>
      key in step.params ? step.params[key] === value : metric.correctness === true,
    ) &&
    (metric.correctness === true || Object.keys(limit.where).length > 0)
  );
}
