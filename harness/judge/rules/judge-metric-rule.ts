import type { Said } from '../../../reports/verdict/said.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { decides } from '../../../workloads/kit/limit.ts';
import { perObject } from '../../../workloads/kit/per-object.ts';
import { Repair } from '../../../workloads/kit/repair.ts';
import type { MetricRule, Requirement, SessionName } from '../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import type { Metric } from '../../../workloads/kit/workload.ts';
import { candidateLimits } from '../../config/candidate-limits.ts';
import { nameOfSession } from '../../plan/sessions.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import { rangeOf } from '../../stats/range-of.ts';
import { decide } from '../decide.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing, worst } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { explainAbsence } from '../samples/explain-absence.ts';
import type { Flaw, Judged } from '../samples/find-flaws.ts';
import { findGaps, isWrong, whyUnproven, whyUnusable, wrongResults } from '../samples/find-flaws.ts';
import { grow } from '../samples/grow.ts';
import { groupByDimensions, observe } from '../samples/measurements.ts';
import { selectLimits } from '../samples/select-limits.ts';
import { usualFor } from '../samples/usual.ts';
import { inSessions } from '../with-looks.ts';

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
  if (metric === undefined) return missing('not-covered', { say: 'no-metric', metric: rule.metric });
  const limits = candidateLimits(rule, material.limits);
  if (rule.statedBy === 'contract' && limits.length === 0) {
    return missing('no-limit', { say: 'contract-needed', metric: rule.metric });
  }
  const samples = (context.node.byMetric.get(rule.metric) ?? []).filter(
    (sample) => isAbout(sample, known, requirement) && isPlaced(sample, metric, requirement),
  );
  if (samples.length === 0) return explainAbsence(requirement, metric, known, context);
  const deciding = limits.filter(decides);
  const unproven = deciding.map((limit) => whyUnproven(limit, samples, metric));
  const [reason] = unproven;
  if (reason !== undefined && unproven.every((each) => each !== undefined)) {
    return { ...invalid(reason), ...observe(samples, metric.unit) };
  }
  const judged: Judged = { ...context, requirement, metric };
  const applying = (among: readonly Limit[]): readonly Limit[] =>
    selectLimits(among, known.device, context.node.claimedClass);
  const shown = limits.filter((limit) => !decides(limit));
  const outcome = worst(applying(deciding).map((limit) => judgeByLimit(limit, samples, judged))) ??
    worst(applying(shown).map((limit) => showOnly(rule.metric, limit, samples, judged))) ?? {
      ...missing('no-limit', { say: 'no-limit-for', metric: rule.metric, label: known.subject.label }),
      ...observe(samples, metric.unit),
    };
  return withSessions(outcome, samples, requirement, context);
}

/** What passes only with samples of all of its sessions, and has not those of some yet, is not decided. */
export function withSessions(
  outcome: Outcome,
  samples: readonly JudgedSample[],
  requirement: Requirement,
  context: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const lacking = outcome.verdict === 'pass' ? lackingSessions(samples, requirement, context) : [];
  return lacking.length === 0
    ? outcome
    : { ...outcome, verdict: 'inconclusive', reason: { say: 'sessions', lacking, so: outcome.reason } };
}

/** The sessions that have given nothing yet: with one still to come, what was measured may be of a good hour. */
function lackingSessions(
  samples: readonly JudgedSample[],
  { sessions = [] }: Requirement,
  context: { readonly index: RunDossier; readonly node: Dossier },
): SessionName[] {
  const seen = new Set(
    samples.flatMap((sample) => {
      const name = nameIn(sample.session, context.index);
      if (sample.invalid !== undefined) return [];
      return name === 'after-boot' && !isBehindBoot(sample, context) ? [] : [name];
    }),
  );
  return sessions.filter((name) => !seen.has(name));
}

/** What a session is called; those of a repair are as those of a run. */
function nameIn(session: number, { material: { repairs } }: RunDossier): SessionName {
  if (repairs.some((repair) => repair.session === session)) return 'start';
  return repairs.some(({ afterSoak }) => afterSoak === session) ? 'after-soak' : nameOfSession(session);
}

/** Was this begun, by the journal of each node that took part, in another boot than the one that its session had to leave? */
function isBehindBoot(
  { step, session }: JudgedSample,
  { index, node }: { readonly index: RunDossier; readonly node: Dossier },
): boolean {
  const asked = index.material.sessions.find((each) => each.session === session)?.boots ?? {};
  return node.members.every((member) => {
    const [left, boot] = [asked[member], index.node(member)?.boots.get(step)];
    return left !== undefined && boot !== undefined && boot !== left;
  });
}

/** Speeds under the load of a soak are what `windows` is about, and nothing else is about them. */
const isPlaced = (sample: JudgedSample, metric: Metric, { sampling }: Requirement): boolean =>
  isUnderLoad(sample, metric) === (sampling === 'windows');

/** A speed that was taken while all else was under load is no speed of this part; a wrong result and a counter stand. */
export const isUnderLoad = ({ dimensions }: JudgedSample, { correctness, state }: Metric): boolean =>
  dimensions['during'] === 'soak' && correctness !== true && state !== true;

/**
 * A sample is about a subject when it names it. A node-scoped `exact` requirement also takes the samples of the
 * node's devices: there every observation counts, so none can hide behind another.
 */
function isAbout(
  { subject }: JudgedSample,
  { subject: { node }, names }: KnownSubject,
  { sampling, scope }: Requirement,
): boolean {
  if (names.includes(nameOf(subject))) return true;
  return scope === 'node' && sampling === 'exact' && subject.kind === 'device' && subject.node === node;
}

function judgeByLimit(limit: Limit, samples: readonly JudgedSample[], judged: Judged): Outcome {
  const { metric } = judged;
  const shown = showLimit(limit);
  if (limit.unit !== metric.unit)
    return {
      ...invalid({ say: 'limit-unit', limit: limit.unit, metric: metric.unit }),
      limit: shown,
    };
  const counted = limit.statistic === 'growth' ? grow(samples, judged.node) : samples;
  if (counted.length === 0) return { ...missing('not-run', { say: 'quoted', text: oneLook }), limit: shown };
  // Wrong is wrong, whatever the tool was about when it found it.
  const placed = counted.filter((sample) => matches(sample, limit.where) || isWrong(sample, metric));
  if (placed.length === 0)
    return { ...missing('not-run', { say: 'no-sample-with', where: limit.where }), limit: shown };
  const flaws = new Map<JudgedSample, Flaw>();
  for (const sample of placed) {
    const flaw = whyUnusable(sample, limit, judged);
    if (flaw !== undefined) flaws.set(sample, flaw);
  }
  const usable = placed.filter((sample) => !flaws.has(sample));
  const observed = observe(usable.length > 0 ? usable : placed, metric.unit);
  const decision = usable.length === 0 ? undefined : decideGroups(usable, limit, judged);
  // A measured fail stands whatever happened to the other samples: it is never argued or retried away.
  if (decision?.verdict === 'fail') {
    return {
      ...decision,
      ...(metric.correctness === true ? { cause: wrongResults(judged) } : {}),
      limit: shown,
      ...observed,
    };
  }
  const [flaw] = flaws.values();
  if (flaw !== undefined) {
    const reason: Said =
      flaws.size < placed.length
        ? { say: 'some-samples', flawed: flaws.size, of: placed.length, what: flaw.reason }
        : flaw.reason;
    const remedy =
      flaw.cause?.why === 'other-work'
        ? ({ remedy: { owner: 'environment', action: { say: 'advice', on: 'other-work' } } } as const)
        : {};
    return { ...invalid(reason, flaw.cause), ...remedy, limit: shown, ...observed };
  }
  const gaps = findGaps(usable, limit, judged);
  if (gaps !== undefined || decision === undefined) {
    return { ...invalid(gaps ?? { say: 'no-usable-sample' }), limit: shown, ...observed };
  }
  return { ...decision, limit: shown, ...observed };
}

/** By a limit that does not decide: what is measured is shown beside it, and what cannot be is invalid. */
function showOnly(metric: string, limit: Limit, samples: readonly JudgedSample[], judged: Judged): Outcome {
  const placed = samples.filter((sample) => matches(sample, limit.where));
  const beyond = placed
    .map((sample) => whyUnusable(sample, limit, judged))
    .find((flaw) => flaw?.reason.say === 'above-ceiling');
  return {
    ...(beyond === undefined
      ? missing('no-limit', { say: 'shown-only', metric, comparator: limit.comparator })
      : invalid(beyond.reason)),
    limit: showLimit(limit),
    ...observe(placed.length > 0 ? placed : samples, judged.metric.unit),
  };
}

const oneLook = 'the counter was looked at once, and what it grew by is seen in two looks';

/** A limit as the document shows it. */
export const showLimit = perObject(({ id, comparator, value, unit, evidence }: Limit) => ({
  id,
  comparator,
  expected: { value, unit },
  source: evidence.map(({ title, locator }) => `${title}, ${locator}`).join('; '),
}));

/** Whether a sample is one of those that a limit selects. */
export const matches = (sample: JudgedSample, where: Limit['where']): boolean =>
  Object.entries(where).every(([key, value]) => sample.dimensions[key] === value);

/**
 * Samples with different dimensions are different measurements: each must hold by itself, none is averaged away. Of several that
 * do not, the one farthest from the limit is told, and which one it is.
 */
function decideGroups(
  samples: readonly JudgedSample[],
  limit: Limit,
  { requirement: { sampling }, node, index }: Judged,
): Outcome | undefined {
  const groups = sampling === 'exact' ? [samples] : farthestFirst(groupByDimensions(samples), limit);
  const telling = tellingDimensions(groups);
  return worst(
    groups.map((group): Outcome => {
      const values = group.map(({ value }) => value);
      const { min: low, max: high } = rangeOf(values);
      const { decision, reason } = decide(values, {
        comparator: limit.comparator,
        value: limit.value,
        sampling,
        ...(sampling === 'series' && group[0] !== undefined
          ? { usual: usualFor(group[0], node, index) }
          : {}),
      });
      const told = gravest(group);
      const error = told?.dimensions['error'];
      const verdict = decision === 'pass' || decision === 'fail' ? decision : 'inconclusive';
      return {
        verdict,
        ...(verdict === 'fail' ? remedyIn(told) : {}),
        reason: {
          say: 'measured',
          comparator: limit.comparator,
          limit: { value: limit.value, unit: limit.unit },
          low,
          high,
          unit: limit.unit,
          ...(verdict === 'pass' || telling.length === 0 ? {} : { where: pickDimensions(group, telling) }),
          ...(error === undefined ? {} : { error: String(error) }),
          decision: inSessions(reason, group),
        },
      };
    }),
  );
}

type Group = readonly JudgedSample[];

function farthestFirst(groups: readonly Group[], { comparator }: Limit): readonly Group[] {
  if (comparator !== 'atLeast' && comparator !== 'atMost') return groups;
  const side = comparator === 'atLeast' ? 1 : -1;
  const nearest = (group: Group): number => Math.min(...group.map(({ value }) => side * value));
  return groups.toSorted((a, b) => nearest(a) - nearest(b));
}

/** Dimensions in which groups differ, but for those that are told by themselves. */
function tellingDimensions(groups: readonly Group[]): readonly string[] {
  const keys = new Set(groups.flatMap(([first]) => Object.keys(first?.dimensions ?? {})));
  const differs = (key: string): boolean => new Set(groups.map(([first]) => first?.dimensions[key])).size > 1;
  return [...keys].filter((key) => key !== 'error' && key !== 'repair' && differs(key));
}

const pickDimensions = ([first]: Group, keys: readonly string[]): JudgedSample['dimensions'] =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = first?.dimensions[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** The sample that says an error, of several the one whose repair is the gravest. */
const gravest = (group: readonly JudgedSample[]): JudgedSample | undefined =>
  group
    .filter(({ dimensions }) => dimensions['error'] !== undefined)
    .toSorted((a, b) => orderOf(a) - orderOf(b))[0];

const orderOf = ({ dimensions }: JudgedSample): number =>
  Repair.options.findIndex((repair) => repair === dimensions['repair']);

/** Who acts and how, where what was measured says it itself. A setting is its owner's, a part that has to be looked at the hardware's. */
function remedyIn(told: JudgedSample | undefined): Pick<Outcome, 'remedy'> {
  const { data: repair } = Repair.safeParse(told?.dimensions['repair']);
  if (repair === undefined) return {};
  const owner = repair === 'reconfigure' ? 'configuration' : 'hardware';
  return { remedy: { owner, action: { say: 'repair-as-told', repair } } };
}
