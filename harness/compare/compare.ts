import type { ComparedAsset, Comparison, ComparisonRow, Outcome } from '../../reports/verdict/comparison.ts';
import { compareOutcomes } from '../../reports/verdict/comparison.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { compareText } from '../../workloads/kit/compare-text.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { assayVersion } from '../version.ts';
import { blamePairs } from './blame-pairs.ts';
import type { Rule } from './compare-series.ts';
import { compareParts } from './compare-series.ts';
import type { StatedSpread } from './compare-sessions.ts';
import { confidence, leastSessions } from './compare-sessions.ts';
import type { MatchedAsset, SeenAsset } from './match-assets.ts';
import { assetsOf, matchAssets } from './match-assets.ts';
import type { RunReadings } from './run-readings.ts';
import type { Part } from './side-series.ts';
import { partsOf } from './side-series.ts';

/** A spread between sessions, and who says so. */
export interface SpreadFrom extends StatedSpread {
  readonly metric: string;
  readonly source: string;
}

export interface CompareOptions {
  /** In place of what the profile says. */
  readonly margin?: number | undefined;
  readonly apartSeconds: number;
  readonly spreads?: readonly SpreadFrom[] | undefined;
}

/**
 * Where neither the command line nor the profile says how much less is still not inferior: NVIDIA's Exemplar Cloud programme asks a
 * provider for 95 % of the reference, and 5 % is what nodes of one kind are known to differ by (ml-engineering).
 */
export const usualMargin = 0.05;

/** Half an hour apart a machine has cooled down: what then agrees does not agree because of one warm hour. */
export const usualApartSeconds = 1800;

/** What two sets of runs say of the same machines. Throws COMPARISON_REFUSED for sides that cannot be laid beside each other. */
export function compare(
  given: { readonly before: readonly RunReadings[]; readonly after: readonly RunReadings[] },
  options: CompareOptions,
): Comparison {
  const before = inTime(given.before);
  const after = inTime(given.after);
  refuseUnfit(before, after);
  const { profile } = after.at(-1) as RunReadings; // a side has a run
  const margin = marginOf(profile.margins, options.margin);
  const spreads = new Map(options.spreads?.map((each) => [each.metric, each]));
  const rule: Rule = {
    apartSeconds: options.apartSeconds,
    marginOf: (metric) => margin.metrics?.[metric] ?? margin.value,
    spreadOf: (metric) => spreads.get(metric),
  };
  const matched = matchAssets(assetsOf(before), assetsOf(after));
  const rows = matched.flatMap((asset, place) => rowsOf(asset, place, rule));
  const all = [...rows, ...groupRows(before, after, matched, rule)];
  const worst = new Map(
    [...Map.groupBy(rows, ({ asset }) => asset)].map(([asset, own]) => [asset, worstOf(own)]),
  );
  const blamed = blamePairs(all);
  const conclusion = concludeFrom(all, matched);
  return {
    schema: 'assay/comparison',
    schemaVersion: 1,
    assay: assayVersion,
    profile: { id: profile.id, version: profile.version, title: profile.title },
    method: {
      margin,
      confidence,
      leastSessions,
      apartSeconds: options.apartSeconds,
      ...(options.spreads === undefined
        ? {}
        : {
            spreads: options.spreads.map(({ metric, spread, sessions, source }) => ({
              metric,
              spread,
              sessions,
              source,
            })),
          }),
    },
    before: before.map(({ run }) => run),
    after: after.map(({ run }) => run),
    conclusion,
    exitCode: { 'non-inferior': exitCodes.pass, inferior: exitCodes.fail, undecided: exitCodes.undecided }[
      conclusion
    ],
    assets: matched.map((asset, place) => describeAsset(asset, worst.get(place), blamed.has(place))),
    rows: all,
    ...([...before, ...after].some(({ run }) => run.rehearsal === true) ? { rehearsal: true } : {}),
  };
}

const inTime = (runs: readonly RunReadings[]): readonly RunReadings[] =>
  runs.toSorted((a, b) => compareText(a.run.startedAt, b.run.startedAt) || compareText(a.run.id, b.run.id));

const refuse = (message: string, hint: string): AssayError =>
  new AssayError('COMPARISON_REFUSED', message, { hint });

function refuseUnfit(before: readonly RunReadings[], after: readonly RunReadings[]): void {
  const sites = [...new Set([...before, ...after].flatMap(({ site }) => site ?? []))];
  if (sites.length > 1)
    throw refuse(
      `expected runs of one site, got ${sites.map((each) => `\`${each}\``).join(' and ')}`,
      'Compare runs of the same site; what a site is called stands in the inventory.',
    );
  const [last, first] = [before.at(-1)?.run, after[0]?.run];
  if (last !== undefined && first !== undefined && last.startedAt > first.startedAt)
    throw refuse(
      `expected all runs before to have begun before those after, found that ${last.id} began ${last.startedAt} and ${first.id} ${first.startedAt}`,
      'Exchange the two sides, or give the runs of one side only those of its time.',
    );
}

function marginOf(
  own: RunReadings['profile']['margins'],
  given: number | undefined,
): Comparison['method']['margin'] {
  if (given !== undefined) return { value: given, by: 'given' };
  const by = own?.any === undefined ? 'assay' : 'profile';
  return {
    value: own?.any ?? usualMargin,
    by,
    ...(own?.metrics === undefined ? {} : { metrics: own.metrics }),
  };
}

/** What only one side has of a machine that only one side has is told once, by the machine. */
function rowsOf({ before, after }: MatchedAsset, asset: number, rule: Rule): readonly ComparisonRow[] {
  if (before === undefined || after === undefined) return [];
  return compareParts(partsOf(before), partsOf(after), rule).map((row) => ({ asset, ...row }));
}

/** Pairs and groups of machines that both sides have; one with a member that only one side has is another group. */
function groupRows(
  before: readonly RunReadings[],
  after: readonly RunReadings[],
  matched: readonly MatchedAsset[],
  rule: Rule,
): readonly ComparisonRow[] {
  const left = groupsOf(before, matched, 'before');
  const right = groupsOf(after, matched, 'after');
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const members = JSON.parse(key) as number[]; // made below
    return compareParts(left.get(key) ?? [], right.get(key) ?? [], rule).map((row) => ({ members, ...row }));
  });
}

function groupsOf(
  runs: readonly RunReadings[],
  matched: readonly MatchedAsset[],
  side: 'before' | 'after',
): ReadonlyMap<string, readonly Part[]> {
  const places = new Map(
    matched.flatMap((asset, place) =>
      (asset[side]?.seen ?? []).map(
        ({ run, node }) => [JSON.stringify([run.run.id, node.name]), place] as const,
      ),
    ),
  );
  const found = new Map<string, Part[]>();
  for (const run of runs)
    for (const { members, series } of run.groups) {
      const own = members.map((member) => places.get(JSON.stringify([run.run.id, member])));
      if (own.some((place) => place === undefined || !isOnBoth(matched[place]))) continue;
      const key = JSON.stringify(own.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      const part = { run, boot: undefined, series };
      const known = found.get(key);
      if (known === undefined) found.set(key, [part]);
      else known.push(part);
    }
  return found;
}

const isOnBoth = (asset: MatchedAsset | undefined): boolean =>
  asset?.before !== undefined && asset.after !== undefined;

const worstOf = (rows: readonly ComparisonRow[]): Outcome | undefined =>
  rows.map(({ outcome }) => outcome).toSorted(compareOutcomes)[0];

/**
 * One that is inferior decides. What vanished, was not compared or is undecided is not shown to be as good as before, and neither is
 * anything where nothing was compared.
 */
function concludeFrom(
  rows: readonly ComparisonRow[],
  assets: readonly MatchedAsset[],
): Comparison['conclusion'] {
  const outcomes = new Set(rows.map(({ outcome }) => outcome));
  if (outcomes.has('inferior')) return 'inferior';
  const isOpen = (['undecided', 'not-compared', 'vanished'] as const).some((each) => outcomes.has(each));
  const isGone = assets.some(({ change }) => change === 'vanished');
  return !isOpen && !isGone && outcomes.has('non-inferior') ? 'non-inferior' : 'undecided';
}

function describeAsset(
  { before, after, how, change }: MatchedAsset,
  own: Outcome | undefined,
  isBlamed: boolean,
): ComparedAsset {
  const outcome = isBlamed ? 'inferior' : own;
  return {
    ...(before === undefined ? {} : { before: placeOf(before) }),
    ...(after === undefined ? {} : { after: placeOf(after) }),
    ...(how === undefined ? {} : { how }),
    change,
    ...(outcome === undefined ? {} : { outcome }),
    ...(isBlamed ? { pairs: 'inferior' } : {}),
  };
}

function placeOf({ seen, identity, name }: SeenAsset): NonNullable<ComparedAsset['before']> {
  const node = seen.at(-1)?.node;
  return {
    node: name,
    ...(node?.rack === undefined ? {} : { rack: node.rack }),
    ...(node?.slot === undefined ? {} : { slot: node.slot }),
    ...(node?.model === undefined ? {} : { model: node.model }),
    ...(identity.serial === undefined ? {} : { serial: identity.serial }),
  };
}
