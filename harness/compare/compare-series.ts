import type { ComparisonReason, ComparisonRow } from '../../reports/verdict/comparison.ts';
import { keyOfDimensions } from '../../reports/verdict/measurement.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import type { StatedSpread } from './compare-sessions.ts';
import { compareSessions } from './compare-sessions.ts';
import type { Series } from './run-readings.ts';
import type { Part, SideSeries } from './side-series.ts';
import { gatherSeries } from './side-series.ts';

/** What decides, beside the readings. */
export interface Rule {
  readonly apartSeconds: number;
  readonly marginOf: (metric: string) => number;
  readonly spreadOf: (metric: string) => StatedSpread | undefined;
}

/** Of what a reading is, whoever measured it and how. */
const aboutOf = (series: Pick<Series, 'metric' | 'dimensions' | 'subject'>): string =>
  JSON.stringify([
    series.metric,
    keyOfDimensions(series.dimensions),
    'device' in series.subject ? series.subject.device : '',
  ]);

/** The same, by one tool in one suite with the same parameters: only such are laid beside each other. */
const procedureOf = (series: Series): string =>
  JSON.stringify([
    aboutOf(series),
    series.suite.digest,
    series.tool,
    series.procedure,
    series.origin,
    series.unit,
  ]);

/** All rows of one machine, or of one group: every metric of both sides, each compared or with the reason why not. */
export function compareParts(
  before: readonly Part[],
  after: readonly Part[],
  rule: Rule,
): readonly Omit<ComparisonRow, 'asset'>[] {
  const left = gatherSeries(before, rule.apartSeconds, procedureOf);
  const right = gatherSeries(after, rule.apartSeconds, procedureOf);
  const rows = [...right].flatMap(([key, then]) => {
    const first = left.get(key);
    return first === undefined ? [] : [compareOne(first, then, rule)];
  });
  const openLeft = Map.groupBy(
    [...left].flatMap(([key, each]) => (right.has(key) ? [] : [each])),
    aboutOf,
  );
  const openRight = Map.groupBy(
    [...right].flatMap(([key, each]) => (left.has(key) ? [] : [each])),
    aboutOf,
  );
  for (const about of new Set([...openLeft.keys(), ...openRight.keys()])) {
    const [onlyLeft, onlyRight] = [openLeft.get(about) ?? [], openRight.get(about) ?? []];
    const unlikes = Math.min(onlyLeft.length, onlyRight.length);
    for (const [at, each] of onlyLeft.entries()) {
      const then = onlyRight[at];
      rows.push(then === undefined ? onlyOn(each, true, rule) : unlike(each, then, rule));
    }
    for (const each of onlyRight.slice(unlikes)) rows.push(onlyOn(each, false, rule));
  }
  return rows.toSorted((a, b) => compareText(aboutOf(a), aboutOf(b)));
}

function compareOne(before: SideSeries, after: SideSeries, rule: Rule): Omit<ComparisonRow, 'asset'> {
  const row = rowOf(after, before, after, rule);
  const refuse = (reason: ComparisonReason) => ({ ...row, outcome: 'not-compared', reason }) as const;
  if (after.origin === 'embedded') return refuse({ say: 'indicative' });
  for (const [side, { measured, unusable }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const [why] = unusable;
    if (measured === undefined && why !== undefined) return refuse({ say: 'unusable', side, why });
  }
  const compared = compareSessions(before.measured?.sessions ?? [], after.measured?.sessions ?? [], {
    better: after.better,
    margin: row.margin,
    stated: rule.spreadOf(after.metric),
  });
  return { ...row, ...compared };
}

/** Both sides have it, and not by the same procedure. */
function unlike(before: SideSeries, after: SideSeries, rule: Rule): Omit<ComparisonRow, 'asset'> {
  const isOfOneName = before.suite.id === after.suite.id && before.suite.version === after.suite.version;
  // Two that are called alike are told apart by what tells files apart.
  const named = ({ suite: { id, version, digest } }: SideSeries): string =>
    `${id} ${version}${isOfOneName ? ` (sha256 ${digest.slice(0, 12)}…)` : ''}`;
  const reason: ComparisonReason =
    before.suite.digest !== after.suite.digest
      ? { say: 'unlike-suite', before: named(before), after: named(after) }
      : before.tool !== after.tool
        ? { say: 'unlike-tool', before: before.tool, after: after.tool }
        : { say: 'unlike-procedure', before: before.procedure, after: after.procedure };
  return { ...rowOf(after, before, after, rule), outcome: 'not-compared', reason };
}

const onlyOn = (series: SideSeries, isBefore: boolean, rule: Rule): Omit<ComparisonRow, 'asset'> => ({
  ...rowOf(series, isBefore ? series : undefined, isBefore ? undefined : series, rule),
  outcome: isBefore ? 'vanished' : 'appeared',
  reason: { say: 'only', side: isBefore ? 'before' : 'after' },
});

function rowOf(
  shown: SideSeries,
  before: SideSeries | undefined,
  after: SideSeries | undefined,
  rule: Rule,
): Omit<ComparisonRow, 'asset' | 'outcome' | 'reason'> {
  const isOther =
    before !== undefined && after !== undefined && before.versions.join() !== after.versions.join();
  return {
    subject: shown.subject,
    metric: shown.metric,
    title: shown.title,
    unit: shown.unit,
    better: shown.better,
    dimensions: shown.dimensions,
    tool: shown.tool,
    ...(isOther ? { versions: { before: [...before.versions], after: [...after.versions] } } : {}),
    ...(before?.measured === undefined ? {} : { before: before.measured }),
    ...(after?.measured === undefined ? {} : { after: after.measured }),
    margin: rule.marginOf(shown.metric),
  };
}
