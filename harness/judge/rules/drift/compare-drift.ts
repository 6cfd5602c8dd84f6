import { unknown } from '../../../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../../../workloads/kit/facts/host-facts.ts';
import { compareSettings, hasTolerance, whyUnknown } from './compare-settings.ts';
import type { Configuration, Setting } from './configuration.ts';
import { isLimit, listOf, mayBeClosed, readConfiguration } from './configuration.ts';

/** One setting of a node beside that of the golden one; what is not known says why in its place. */
export interface DriftFinding {
  readonly path: string;
  readonly golden: Setting;
  readonly found: Setting;
  readonly verdict: 'pass' | 'fail' | 'missing';
}

/** Fewer nodes have no majority that anybody could be held against. */
export const nodesForMode = 8;

/** Limits that most processes do not have at all, which the facts call unknown. */
const maybeUnlimited: ReadonlySet<string> = new Set(['limits.cpuQuotaCores', 'limits.memoryMaxBytes']);

/** How a node is set up beside the golden one. Of limits, only those that differ or are not known. */
export function compareDrift(golden: HostFacts | Configuration, facts: HostFacts): readonly DriftFinding[] {
  const { settings } = 'identity' in golden ? readConfiguration(golden) : golden;
  return [...readConfiguration(facts).settings].flatMap(([path, found]): readonly DriftFinding[] => {
    const model = settings.get(path) ?? unknown('not recorded');
    if (listOf(path) !== undefined && !isOneNumber(model, found)) return [];
    const verdict = compareSettings(path, model, found);
    if (isLimit(path) && verdict === 'pass') return [];
    // Of what many machines do not have, or keep from all but root, two that say nothing for one reason are no finding.
    const gap = maybeUnlimited.has(path) || mayBeClosed(path) ? whyUnknown(found) : undefined;
    if (verdict === 'missing' && gap !== undefined && gap === whyUnknown(model)) return [];
    return [{ path, golden: model, found, verdict }];
  });
}

/** Whether both have as many devices, and any: else the list of the devices itself differs, or has nothing to say. */
const isOneNumber = (golden: Setting, found: Setting): boolean =>
  'value' in found &&
  ('unknown' in golden || (golden.value.length === found.value.length && golden.value.length > 0));

/**
 * What most nodes have, to stand in for a golden node: for each path the most frequent value of at least 8 nodes that
 * know theirs, unknown when two are equally frequent.
 */
export function modeOf(all: readonly HostFacts[]): Configuration {
  const configurations = all.map(readConfiguration);
  const paths = [...(configurations[0]?.settings.keys() ?? [])];
  const settingsAt = (path: string): readonly Setting[] =>
    configurations.flatMap(({ settings }) => settings.get(path) ?? []);
  return { settings: new Map(paths.map((path) => [path, mostFrequent(path, settingsAt(path))])) };
}

function mostFrequent(path: string, all: readonly Setting[]): Setting {
  const known = all.filter((setting) => whyUnknown(setting) === undefined);
  if (known.length < nodesForMode) return unknown(whyTooFew(all, known.length));
  const votes = [...Map.groupBy(known, keyOf).values()].flatMap((settings) =>
    settings.slice(0, 1).map((setting) => ({ setting, count: settings.length })),
  );
  const isAlike = (a: Setting, b: Setting): boolean => a === b || compareSettings(path, a, b) === 'pass';
  const supported = votes
    .toSorted((a, b) => (numberOf(a.setting) ?? 0) - (numberOf(b.setting) ?? 0))
    .map(({ setting, count }) => {
      const alike = hasTolerance(path) ? votes.filter((other) => isAlike(setting, other.setting)) : [];
      return {
        setting,
        count: alike.length > 0 ? alike.reduce((sum, other) => sum + other.count, 0) : count,
      };
    });
  const most = supported.reduce((best, { count }) => Math.max(best, count), 0);
  const winners = supported.filter(({ count }) => count === most);
  // Within a tolerance many values win together; the middle one is nearest to all.
  const middle = winners[Math.floor(winners.length / 2)]?.setting;
  return middle !== undefined && winners.every(({ setting }) => isAlike(middle, setting))
    ? middle
    : unknown(`${winners.length} values are equally frequent, each on ${most} of ${known.length} nodes`);
}

/** The number that a setting is, if it is one. */
function numberOf(setting: Setting): number | undefined {
  const it = 'value' in setting ? setting.value[0]?.[0] : undefined;
  return it !== undefined && 'value' in it && typeof it.value === 'number' ? it.value : undefined;
}

/** When no node knows, and all for one reason, that is the reason. */
function whyTooFew(all: readonly Setting[], count: number): string {
  const [reason, ...others] = new Set(all.map(whyUnknown));
  return reason !== undefined && others.length === 0
    ? reason
    : `known of ${count} of ${all.length} nodes, and ${nodesForMode} are needed`;
}

const keyOf = (setting: Setting): string =>
  JSON.stringify(
    'unknown' in setting ? [] : setting.value.map((device) => JSON.stringify(device)).toSorted(),
  );
