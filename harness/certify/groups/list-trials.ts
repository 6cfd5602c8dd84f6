import type { Trial } from '../../../reports/schema/verdict.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import type { Sample } from '../../../workloads/kit/sample.ts';
import type { PlannedStep } from '../../run/plan.ts';
import { decide } from '../decide.ts';
import { describeQuantity } from '../describe-quantity.ts';
import type { RunMaterial } from '../run-material.ts';
import { describeFates, fateOf } from '../step-evidence.ts';
import { groupMaterial } from './group-material.ts';

/** Ends that say nothing about the members: somebody stopped it, or the coordinator was lost. */
const telling = new Set(['completed', 'error', 'timeout']);

type TrialMaterial = Pick<RunMaterial, 'nodes' | 'plan' | 'limits' | 'metrics' | 'plannedProfile' | 'skips'>;

/**
 * Every measurement across nodes with what it says about its members, by the limits of the profile that the run was
 * planned for. One observation is enough to suspect; a verdict needs more, and comes from the cells.
 */
export function listTrials(material: TrialMaterial): readonly Trial[] {
  return (material.plan?.steps ?? [])
    .filter(({ seat }) => seat?.rank === 0)
    .map((planned) => judgeTrial(planned, material));
}

function judgeTrial(planned: PlannedStep, material: TrialMaterial): Trial {
  const { step, seat, isExtra = false } = planned;
  const members = seat?.members.map(({ node }) => node) ?? [];
  const group = seat?.group ?? '';
  const leader = groupMaterial({ id: group, members }, material);
  const fate = fateOf(step, leader);
  const told = { step, group, members, isExtra };
  if (!telling.has(fate.execution)) return { ...told, outcome: 'unknown', reason: describeFates([fate]) };
  if (!fate.isEvidence) return { ...told, outcome: 'bad', reason: describeFates([fate]) };
  const samples = leader.samples.filter((sample) => sample.step === step);
  const broken = samples.flatMap((sample) => whyBad(sample, material));
  const [first] = broken;
  if (first !== undefined) return { ...told, outcome: 'bad', reason: first };
  return { ...told, outcome: 'good', reason: describeBest(samples, material) };
}

/** Why one observation speaks against its members: a wrong result, or a value on the wrong side of a limit. */
function whyBad(sample: Sample, { limits, metrics, plannedProfile }: TrialMaterial): readonly string[] {
  const metric = metrics.get(sample.metric);
  if (sample.invalid !== undefined) return [sample.invalid];
  if (metric?.correctness === true && sample.value > 0) return [`${metric.title}: ${sample.value}`];
  const ids = new Set(
    plannedProfile.requirements.flatMap(({ rule, scope }) =>
      rule.kind === 'metric' && (scope === 'pair' || scope === 'group') ? rule.limits : [],
    ),
  );
  return limits
    .filter((limit) => ids.has(limit.id) && limit.metric === sample.metric && isSelected(sample, limit))
    .filter(
      ({ comparator, value }) =>
        decide([sample.value], { comparator, value, sampling: 'exact' }).decision === 'fail',
    )
    .map(
      ({ comparator, value, unit }) =>
        `${describeQuantity(sample.value, sample.unit)}, ${comparator === 'atLeast' ? 'at least' : comparator === 'atMost' ? 'at most' : 'exactly'} ${describeQuantity(value, unit)} expected`,
    );
}

const isSelected = ({ dimensions, unit }: Sample, limit: Limit): boolean =>
  unit === limit.unit && Object.entries(limit.where).every(([key, value]) => dimensions[key] === value);

/** The greatest speed, for the sentence that compares a suspect's partners with it. */
function describeBest(samples: readonly Sample[], { metrics }: TrialMaterial): string {
  const speeds = samples.filter(
    ({ metric, unit }) => metrics.get(metric)?.better === 'higher' && unit === 'B/s',
  );
  const [best] = speeds.toSorted((a, b) => b.value - a.value);
  return best === undefined ? 'all results right' : `up to ${describeQuantity(best.value, best.unit)}`;
}
