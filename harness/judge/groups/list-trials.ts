import { leaderEnded } from '../../../agents/protocol/step.ts';
import type { Said } from '../../../reports/verdict/said.ts';
import type { Trial } from '../../../reports/verdict/verdict.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { decides } from '../../../workloads/kit/limit.ts';
import { candidateLimits } from '../../config/candidate-limits.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { isOfSoak } from '../../plan/soak-windows.ts';
import { decide } from '../decide.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { RunDossier } from '../run-dossier.ts';
import { selectLimits } from '../samples/select-limits.ts';
import { fateOf, foldFates } from '../samples/step-fate.ts';

/** Ends that say nothing about the members: somebody stopped it, or the coordinator was lost. */
const telling = new Set(['completed', 'error', 'timeout']);

/**
 * Every measurement across nodes with what it says about its members, by the limits of the profile that the run was
 * planned for. One observation is enough to suspect; a verdict needs more, and comes from the cells.
 */
export function listTrials(index: RunDossier): readonly Trial[] {
  return (index.material.plan?.steps ?? [])
    .filter(({ seat }) => seat?.rank === 0)
    .map((planned) => judgeTrial(planned, index));
}

function judgeTrial(planned: PlannedStep, index: RunDossier): Trial {
  const { material } = index;
  const { step, seat, isExtra = false } = planned;
  const members = seat?.members.map(({ node }) => node) ?? [];
  const group = seat?.group ?? '';
  const leader = index.group({ id: group, members });
  const fate = fateOf(step, leader, index);
  const told = { step, group, members, isExtra };
  const unknown = (reason: Said): Trial => ({ ...told, outcome: 'unknown', reason });
  const fates: Said = { say: 'fates', fates: foldFates([fate]) };
  if (leader.leftOut !== undefined) return unknown(leader.leftOut);
  const broken = material.broken.get(step);
  if (!telling.has(fate.execution)) return unknown(fates);
  // Of a soak nobody can tell whether a launch was lost with the coordinator.
  if (!fate.isEvidence && isOfSoak(planned)) return unknown(fates);
  if (!fate.isEvidence) {
    const spoilt: Said | undefined =
      broken === undefined ? whySpoilt(planned, fate.execution, index) : { say: 'lost-during', ...broken };
    return spoilt === undefined
      ? { ...told, outcome: 'bad', about: 'result', reason: fates }
      : unknown(spoilt);
  }
  const samples =
    index
      .once(`by step ${leader.id}`, () => Map.groupBy(leader.samples, (sample) => sample.step))
      .get(step) ?? [];
  const wrong = samples.find(
    ({ metric, value }) => material.metrics.get(metric)?.correctness === true && value > 0,
  );
  if (wrong !== undefined) {
    const what = material.metrics.get(wrong.metric)?.title ?? wrong.metric;
    const reason: Said = { say: 'counted-wrong', what, value: wrong.value };
    return { ...told, outcome: 'bad', about: 'result', reason };
  }
  const unusable = samples.find(({ invalid }) => invalid !== undefined);
  if (samples.length === 0 || unusable?.invalid !== undefined)
    return unknown(unusable?.invalid ?? { say: 'no-reading' });
  // In a soak all else was under load too.
  const held = isOfSoak(planned)
    ? []
    : samples.flatMap((sample) => limitsFor(sample, leader, index).map((limit) => ({ sample, limit })));
  const missed = held.find(({ sample, limit: { comparator, value } }) => {
    return decide([sample.value], { comparator, value, sampling: 'exact' }).decision === 'fail';
  });
  if (missed !== undefined)
    return { ...told, outcome: 'bad', about: 'speed', reason: describeMiss(missed.sample, missed.limit) };
  const about = held.length > 0 ? 'speed' : 'result';
  return { ...told, outcome: 'good', about, reason: describeBest(samples, index) };
}

/**
 * Why a step that its leader ended with an error may say nothing about the members: somebody never came to take part,
 * or was stopped from outside. A leader that waited in vain (`timeout`) has found something.
 */
function whySpoilt({ step, seat }: PlannedStep, execution: string, index: RunDossier): Said | undefined {
  if (execution !== 'error') return undefined;
  for (const { node: member } of seat?.members.slice(1) ?? []) {
    const own = index.node(member)?.steps.get(step);
    if (own === undefined) return { say: 'never-asked', member };
    const isOurs = own.execution === 'cancelled' && own.reason === leaderEnded;
    if (!isOurs && !telling.has(own.execution))
      return { say: 'member-ended', member, execution: own.execution, reason: own.reason };
    if (own.isAgentsFault === true) return { say: 'member-failed', member, reason: own.reason ?? '' };
  }
  return undefined;
}

/** The limits of speed that a sample of these members is held against in the cells of the planned profile. */
function limitsFor(sample: JudgedSample, { claimedClass }: Dossier, index: RunDossier): readonly Limit[] {
  const { limits, metrics, plannedProfile } = index.material;
  if (metrics.get(sample.metric)?.correctness === true) return [];
  const selected = index.once(`limits across ${JSON.stringify([sample.metric, claimedClass])}`, () =>
    plannedProfile.requirements.flatMap(({ rule, scope }) => {
      const isAcross = scope === 'pair' || scope === 'group';
      if (rule.kind !== 'metric' || rule.metric !== sample.metric || !isAcross) return [];
      return selectLimits(candidateLimits(rule, limits).filter(decides), undefined, claimedClass);
    }),
  );
  return selected.filter((limit) => isSelected(sample, limit));
}

const describeMiss = ({ value, unit }: JudgedSample, limit: Limit): Said => ({
  say: 'missed',
  found: { value, unit },
  comparator: limit.comparator,
  limit: { value: limit.value, unit: limit.unit },
});

const isSelected = ({ dimensions, unit }: JudgedSample, limit: Limit): boolean =>
  unit === limit.unit && Object.entries(limit.where).every(([key, value]) => dimensions[key] === value);

/** The greatest speed, for the sentence that compares a suspect's partners with it. */
function describeBest(samples: readonly JudgedSample[], { material: { metrics } }: RunDossier): Said {
  const speeds = samples.filter(
    ({ metric, unit }) => metrics.get(metric)?.better === 'higher' && unit === 'B/s',
  );
  const [best] = speeds.toSorted((a, b) => b.value - a.value);
  return best === undefined
    ? { say: 'all-right' }
    : { say: 'up-to', found: { value: best.value, unit: best.unit } };
}
