import type { Said } from '../../../reports/verdict/said.ts';
import { valueOf } from '../../../workloads/kit/facts/fact.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import type { Requirement, SiblingsRule } from '../../../workloads/kit/requirement.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import { siblingLimits } from '../../config/candidate-limits.ts';
import type { KnownSubject } from '../../plan/subjects.ts';
import { median } from '../../stats/median.ts';
import { decide } from '../decide.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing, worst } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { explainAbsence } from '../samples/explain-absence.ts';
import type { Judged } from '../samples/find-flaws.ts';
import { findGaps, whyUnusable } from '../samples/find-flaws.ts';
import { groupByDimensions, observe } from '../samples/measurements.ts';
import { inSessions } from '../with-looks.ts';
import { isUnderLoad, matches, showLimit, withSessions } from './judge-metric-rule.ts';

/** Of two that differ nobody knows which is right, and the median of two is neither. */
const leastSiblings = 3;

/**
 * Judges one device by its siblings: those of the same model in the same node, which did the same in the same step. It is as fast
 * as their median but for a share, or has what most of them have. What is alike on all of them is no matter of this rule.
 */
export function judgeSiblings(
  rule: SiblingsRule,
  requirement: Requirement,
  known: KnownSubject,
  context: { readonly index: RunDossier; readonly node: Dossier },
): Outcome {
  const { material } = context.index;
  const metric = material.metrics.get(rule.metric);
  if (metric === undefined) return missing('not-covered', { say: 'no-metric', metric: rule.metric });
  const alike = siblingsOf(known, context.node);
  const samples = (context.node.byMetric.get(rule.metric) ?? []).filter(
    (sample) =>
      alike.some(({ names }) => names.includes(nameOf(sample.subject))) && !isUnderLoad(sample, metric),
  );
  const own = samples.filter(({ subject }) => known.names.includes(nameOf(subject)));
  if (own.length === 0) return explainAbsence(requirement, metric, known, context);
  const judged: Judged = { ...context, requirement, metric };
  const outcomes = siblingLimits(rule, material.limits).map((limit) =>
    judgeByLimit(limit, { own, samples, alike }, judged),
  );
  const outcome =
    worst(outcomes) ??
    missing('no-limit', { say: 'no-limit-for', metric: rule.metric, label: known.subject.label });
  return withSessions(outcome, own, requirement, context);
}

/** Devices of one model by all that is known of it: its PCI id too, since names are cut off by some tools. */
function siblingsOf(known: KnownSubject, node: Dossier): readonly KnownSubject[] {
  const modelOf = ({ device }: KnownSubject): string | undefined =>
    device !== undefined && 'pciId' in device && 'model' in device
      ? JSON.stringify([device.pciId, valueOf(device.model) ?? ''])
      : undefined;
  const model = modelOf(known);
  return [...node.subjects.values()].filter((each) => model !== undefined && modelOf(each) === model);
}

interface Compared {
  readonly own: readonly JudgedSample[];
  readonly samples: readonly JudgedSample[];
  readonly alike: readonly KnownSubject[];
}

function judgeByLimit(limit: Limit, { own, samples, alike }: Compared, judged: Judged): Outcome {
  const { metric, requirement } = judged;
  const shown = { limit: showLimit(limit) };
  const placed = own.filter((sample) => matches(sample, limit.where));
  if (placed.length === 0)
    return { ...missing('not-run', { say: 'no-sample-with', where: limit.where }), ...shown };
  const inItsUnit: Limit = { ...limit, unit: metric.unit };
  const flawOf = (sample: JudgedSample) => whyUnusable(sample, inItsUnit, judged);
  const peers = samples.filter((sample) => matches(sample, limit.where) && flawOf(sample) === undefined);
  const usable = placed.filter((sample) => peers.includes(sample));
  const seen = { ...shown, ...observe(usable.length > 0 ? usable : placed, metric.unit) };
  const runs = usable.map((sample) => compare(sample, peers, alike));
  const outcome =
    limit.comparator === 'equal' ? judgeEqual(runs) : judgeNear(limit, runs, requirement, judged);
  // What was measured to differ stands whatever is missing beside it.
  if (outcome?.verdict === 'fail') return { ...outcome, ...seen };
  const flawed = placed.flatMap((sample) => flawOf(sample) ?? []);
  const [flaw] = flawed;
  if (flaw !== undefined) {
    const reason: Said =
      flawed.length < placed.length
        ? { say: 'some-samples', flawed: flawed.length, of: placed.length, what: flaw.reason }
        : flaw.reason;
    return { ...invalid(reason, flaw.cause), ...seen };
  }
  const gaps = findGaps(usable, inItsUnit, judged);
  if (gaps !== undefined) return { ...invalid(gaps), ...seen };
  const fewest = Math.min(...runs.map(({ others }) => others.length + 1));
  if (outcome?.verdict !== 'inconclusive' && fewest < leastSiblings)
    return {
      // Where the node has enough of them and too few were measured, measuring again helps.
      ...missing(alike.length < leastSiblings ? 'no-siblings' : 'not-run', {
        say: 'few-siblings',
        found: fewest,
        least: leastSiblings,
      }),
      ...seen,
    };
  return { ...(outcome ?? invalid({ say: 'no-usable-sample' })), ...seen };
}

/** A value beside those of its siblings in the same step, one of each. */
interface Run {
  readonly sample: JudgedSample;
  readonly others: readonly JudgedSample[];
}

function compare(sample: JudgedSample, peers: readonly JudgedSample[], alike: readonly KnownSubject[]): Run {
  const [same = []] = groupByDimensions(peers.filter(({ step }) => step === sample.step)).filter((group) =>
    group.includes(sample),
  );
  const others = alike.flatMap(({ names }) => {
    const [first] = same.filter(({ subject }) => names.includes(nameOf(subject)));
    return first === undefined || names.includes(nameOf(sample.subject)) ? [] : [first];
  });
  return { sample, others };
}

const valuesOf = ({ sample, others }: Run): readonly number[] => [
  sample.value,
  ...others.map(({ value }) => value),
];

/** What most have is taken for right: more than half, of three at least. */
function judgeEqual(runs: readonly Run[]): Outcome | undefined {
  return worst(
    runs.flatMap((run): readonly Outcome[] => {
      const values = valuesOf(run);
      const byValue = [...Map.groupBy(values, (value) => value).values()].toSorted(
        (a, b) => b.length - a.length,
      );
      const [most = []] = byValue;
      if (byValue.length > 1 && (2 * most.length <= values.length || values.length < leastSiblings))
        return [
          {
            verdict: 'inconclusive',
            reason: {
              say: 'siblings-split',
              of: values.length,
              values: byValue.length,
              step: run.sample.step,
            },
            remedy: { owner: 'hardware', action: { say: 'investigate' } },
          },
        ];
      if (values.length < leastSiblings) return [];
      return [
        {
          verdict: most[0] === run.sample.value ? 'pass' : 'fail',
          reason: {
            say: most[0] === run.sample.value ? 'siblings-alike' : 'siblings-differ',
            alike: most.length,
            of: values.length,
            step: run.sample.step,
          },
        },
      ];
    }),
  );
}

/** Values with different dimensions are different measurements, each of which must hold. */
function judgeNear(
  limit: Limit,
  runs: readonly Run[],
  { sampling }: Requirement,
  judged: Judged,
): Outcome | undefined {
  const { comparator, value } = limit;
  const enough = runs.filter(({ others }) => others.length + 1 >= leastSiblings);
  return worst(
    groupByDimensions(enough.map(({ sample }) => sample)).map((group): Outcome => {
      const own = enough.filter(({ sample }) => group.includes(sample));
      const shares = own.map((run) => run.sample.value / median(valuesOf(run)));
      if (!shares.every(Number.isFinite)) return invalid({ say: 'not-finite' });
      const { decision, reason } = decide(shares, { comparator, value, sampling });
      return {
        verdict: decision === 'pass' || decision === 'fail' ? decision : 'inconclusive',
        reason: {
          say: 'siblings-near',
          comparator,
          share: value,
          low: Math.min(...shares),
          high: Math.max(...shares),
          siblings: Math.min(...own.map(({ others }) => others.length)),
          ...heatOf(own, judged),
          decision: inSessions(reason, group),
        },
      };
    }),
  );
}

/** How hot it was, beside its siblings, where something told that in the same steps. */
function heatOf(
  runs: readonly Run[],
  { index, node, metric }: Judged,
): { readonly heat?: { readonly celsius: number; readonly siblings: number } } {
  const told = [...index.material.metrics].flatMap(([name, { unit, workload }]) =>
    unit === 'Cel' && workload === metric.workload ? (node.byMetric.get(name) ?? []) : [],
  );
  const hottest = (samples: readonly JudgedSample[]): readonly number[] =>
    samples.flatMap(({ step, subject }) =>
      told
        .filter((each) => each.step === step && nameOf(each.subject) === nameOf(subject))
        .map(({ value }) => value),
    );
  const own = hottest(runs.map(({ sample }) => sample));
  const others = hottest(runs.flatMap((run) => run.others));
  return own.length === 0 || others.length === 0
    ? {}
    : { heat: { celsius: median(own), siblings: median(others) } };
}
