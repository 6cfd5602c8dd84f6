import type { Limit } from '../../../workloads/kit/limit.ts';
import type { SoakRule } from '../../../workloads/kit/requirement.ts';
import type { DeclaredMetric } from '../../../workloads/kit/workload.ts';
import { median } from '../../stats/median.ts';
import { decide } from '../decide.ts';
import type { Dossier, JudgedSample } from '../dossier.ts';
import type { Outcome } from '../outcome.ts';
import { invalid, missing, worst } from '../outcome.ts';
import type { RunDossier } from '../run-dossier.ts';
import { groupByDimensions } from '../samples/measurements.ts';
import type { WindowSeen } from '../samples/soak.ts';
import { windowsOf } from '../samples/soak.ts';
import type { EntryRead } from '../samples/soak-readings.ts';
import { idOf, readSoak } from '../samples/soak-readings.ts';
import { showLimit } from './judge-metric-rule.ts';
import { findIdle, findLost, findUnserved, isUsable, sayWithout } from './soak-gaps.ts';

/** Fewer windows show no change: first, last and one between. */
const leastWindows = 3;
/** Of each eight windows one is compared at either end: a first hour that is warming up does not stand alone. */
const windowsAtEachEnd = (windows: number): number => Math.max(1, Math.round(windows / 8));

/** Judges how a node went through its soak, by all that it did alone; what nodes did together has cells of its own. */
export function judgeSoak(rule: SoakRule, node: Dossier, index: RunDossier): Outcome {
  const { suite, header } = index.material;
  const windows = windowsOf(node, index);
  if (windows.length === 0)
    return (
      findUnserved(node, index) ??
      missing('not-run', { say: 'no-soak', suite: suite.id }, { of: 'suite', why: 'not-planned', in: 'soak' })
    );
  const failed = windows.find(({ failure }) => failure !== undefined);
  if (rule.asks === 'endured' && failed?.failure !== undefined)
    return {
      verdict: 'fail',
      reason: { say: 'soak-failed', window: failed.ordinal, of: windows.length, what: failed.failure },
    };
  const seconds = suite.soak?.seconds ?? 0;
  const outcome =
    rule.asks === 'endured' ? judgeEndurance(windows, node, index) : compareWindows(rule.asks, node, index);
  // A difference that was measured stands whatever is missing beside it.
  if (outcome.verdict === 'fail') return outcome;
  const gap = findLost(windows, node);
  if (gap !== undefined) return gap;
  // A rehearsal has hours of its own.
  return outcome.verdict === 'pass' && header.rehearsal !== true && seconds < 3600 * rule.hours
    ? { verdict: 'inconclusive', reason: { say: 'soak-short', seconds, hours: rule.hours } }
    : outcome;
}

function judgeEndurance(windows: readonly WindowSeen[], node: Dossier, index: RunDossier): Outcome {
  const { soak } = index.material.suite;
  return (
    findUnserved(node, index) ??
    findIdle(windows, node, index) ?? {
      verdict: 'pass',
      reason: {
        say: 'soak-endured',
        windows: windows.length,
        seconds: Math.round((soak?.seconds ?? 0) / windows.length),
      },
    }
  );
}

function compareWindows(asks: 'kept' | 'same', node: Dossier, index: RunDossier): Outcome {
  const { limits, metrics } = index.material;
  const asked = limits.filter(({ statistic }) => statistic === asks);
  const outcomes = asked.flatMap((limit): readonly Outcome[] => {
    const metric = metrics.get(limit.metric);
    if (metric === undefined) return [];
    return readSoak(node, index).flatMap((read) => {
      const samples = read.samples.filter((sample) => sample.metric === limit.metric);
      const own = subjectsOf(read, samples, node);
      return own.flatMap((subject) => judgeSubject(limit, { ...read, samples }, { metric, node, subject }));
    });
  });
  const unserved = findUnserved(node, index, asked);
  return (
    worst(unserved === undefined ? outcomes : [...outcomes, unserved]) ??
    missing('not-run', { say: 'no-reading' }, { of: node.id, why: 'not-run', in: 'soak' })
  );
}

/** Those of which an entry gives such samples; where one of them is an accelerator, all that it was to load. */
function subjectsOf(
  { subjects }: EntryRead,
  samples: readonly JudgedSample[],
  node: Dossier,
): readonly string[] {
  const seen = new Set(samples.map(({ subject }) => idOf(subject, node)));
  const kindOf = (id: string) => node.subjects.get(id)?.subject.kind;
  const hasAccelerator = [...seen].some((id) => kindOf(id) === 'accelerator');
  return subjects.filter((id) => seen.has(id) || (hasAccelerator && kindOf(id) === 'accelerator'));
}

interface Around {
  readonly metric: DeclaredMetric;
  readonly node: Dossier;
  readonly subject: string;
}

/** One metric of one part from window to window: each of its series goes through all windows. */
function judgeSubject(limit: Limit, read: EntryRead, around: Around): readonly Outcome[] {
  const { metric, node, subject } = around;
  const shown = { limit: showLimit(limit) };
  const cause = { of: node.id, why: 'not-run', in: 'soak' } as const;
  const own = read.samples.filter((sample) => idOf(sample.subject, node) === subject);
  const about = { subject, what: metric.title, node };
  const usable = own.filter(isUsable);
  const series = groupByDimensions(usable);
  const outcomes = series.map((each) => judgeSeries(limit, each, read, around));
  const gap = sayWithout(read, usable, about);
  if (gap !== undefined) return [...outcomes, { ...invalid(gap, cause), ...shown }];
  // None of its windows is empty, and one has not what the others have.
  const broken = series.map((each) => sayWithout(read, each, about)).find((said) => said !== undefined);
  return broken?.say === 'soak-without'
    ? [
        ...outcomes,
        {
          ...invalid({ say: 'soak-other', what: metric.title, subject, windows: broken.windows }, cause),
          ...shown,
        },
      ]
    : outcomes;
}

/** One measurement from window to window. */
function judgeSeries(
  limit: Limit,
  usable: readonly JudgedSample[],
  { steps }: EntryRead,
  { metric, node }: Around,
): Outcome {
  const shown = { limit: showLimit(limit) };
  const ordinals = new Map(steps.map(({ step, repetition }) => [step, repetition]));
  if (usable.length < leastWindows)
    return {
      ...invalid({ say: 'soak-few', windows: usable.length, least: leastWindows }),
      ...shown,
    };
  const inOrder = usable.toSorted((a, b) => (ordinals.get(a.step) ?? 0) - (ordinals.get(b.step) ?? 0));
  const values = inOrder.map(({ value }) => value);
  const what = metric.title;
  if (limit.statistic === 'same') {
    const most = mostFrequent(values);
    const other = inOrder.flatMap(({ step, value }) => (value === most ? [] : [ordinals.get(step) ?? 0]));
    return {
      verdict: other.length > limit.value ? 'fail' : 'pass',
      reason: { say: 'soak-same', what, windows: values.length, other },
      ...(other.length > 0 ? { cause: { of: node.id, why: 'wrong', in: metric.workload } } : {}),
      ...shown,
    };
  }
  const ends = windowsAtEachEnd(values.length);
  const [first, last] = [median(values.slice(0, ends)), median(values.slice(-ends))];
  const kept = metric.better === 'higher' ? last / first : first / last;
  if (!Number.isFinite(kept)) return { ...invalid({ say: 'not-finite' }), ...shown };
  const { comparator, value } = limit;
  const { decision } = decide([kept], { comparator, value, sampling: 'exact' });
  return {
    verdict: decision === 'pass' ? 'pass' : 'fail',
    reason: { say: 'soak-kept', what, windows: values.length, kept, least: value },
    ...shown,
  };
}

/** Of equally frequent ones the first. */
function mostFrequent(values: readonly number[]): number | undefined {
  const [first] = [...Map.groupBy(values, (value) => value).values()].toSorted((a, b) => b.length - a.length);
  return first?.[0];
}
