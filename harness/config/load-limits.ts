import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Limit } from '../../workloads/kit/limit.ts';
import { LimitFile } from '../../workloads/kit/limit.ts';
import type { Metric } from '../../workloads/kit/workload.ts';
import { loadSource } from './load-source.ts';
import { suggestName } from './nearest-name.ts';
import { deepFreeze, readConfig } from './read-config.ts';
import type { Source } from './read-yaml.ts';

/** Reads threshold files (`workloads/<id>/thresholds/<class>.json`). */
export async function loadLimits(
  files: readonly string[],
  metrics: ReadonlyMap<string, Metric>,
): Promise<readonly Limit[]> {
  // One after the other: there are more of them than files that a process may have open.
  const sources: Source[] = [];
  for (const file of files) sources.push(await loadSource(file));
  return parseLimitFile(sources, metrics);
}

/**
 * All limits from their texts. Throws LIMIT_REFUSED for one that cannot be right: published tables contain
 * slips of ten, gigabits for gigabytes and floors above the ceiling, and each would be a wrong verdict.
 */
export function parseLimitFile(
  sources: readonly Source[],
  metrics: ReadonlyMap<string, Metric>,
): readonly Limit[] {
  const places = new Map<string, string>();
  const claim = (key: string, place: string, what: string): void => {
    const first = places.get(key);
    if (first !== undefined) refuse(`${place}: expected ${what} once, got it again after ${first}`);
    places.set(key, place);
  };
  return deepFreeze(
    sources.flatMap((source) =>
      readConfig(LimitFile, source, 'LIMIT_REFUSED').limits.map((limit, index) => {
        const place = `${source.file}: limits[${index}]`;
        checkLimit(limit, metrics, place);
        claim(`id ${limit.id}`, place, `the id \`${limit.id}\``);
        for (const key of targetsOf(limit))
          claim(key, place, `one limit for the same metric, dimensions and hardware`);
        return limit;
      }),
    ),
  );
}

function checkLimit(limit: Limit, metrics: ReadonlyMap<string, Metric>, place: string): void {
  const metric = metrics.get(limit.metric);
  if (metric === undefined) {
    return refuse(
      `${place}.metric: expected a declared metric, got \`${limit.metric}\``,
      suggestName(limit.metric, metrics.keys()),
    );
  }
  const isShare = limit.statistic === 'kept' || limit.statistic === 'siblings';
  const unit = isShare ? 'ratio' : limit.statistic === 'same' ? 'count' : metric.unit;
  if (unit !== limit.unit) {
    const what = limit.statistic === undefined ? '' : `\`${limit.statistic}\` of `;
    refuse(`${place}.unit: expected \`${unit}\`, the unit of ${what}${limit.metric}, got \`${limit.unit}\``);
  }
  if (limit.ceiling !== undefined && limit.value > limit.ceiling) {
    refuse(`${place}.value: expected at most the ceiling ${limit.ceiling}, got ${limit.value}`);
  }
  if (
    !isShare && metric.domain === 'count'
      ? !Number.isInteger(limit.value) || limit.value < 0
      : limit.value < 0
  ) {
    refuse(`${place}.value: expected a ${metric.domain} value, got ${limit.value}`);
  }
  if (limit.statistic === 'siblings' && limit.comparator === 'equal' && limit.value !== 1) {
    refuse(`${place}.value: expected 1 with \`equal\` of \`siblings\`, got ${limit.value}`);
  }
  if (limit.comparator === 'atLeast' && limit.value === 0) {
    refuse(`${place}.value: expected a floor that something could miss, got 0`);
  }
  if (metric.better === 'higher' && limit.comparator !== 'atLeast' && limit.decides !== false) {
    refuse(
      `${place}.comparator: expected \`atLeast\`, more of ${limit.metric} is better, got \`${limit.comparator}\``,
      'What is faster than expected does not fail: say `ceiling` for what cannot be, or `decides: false`.',
    );
  }
}

/** What a limit is for, one key per model: two limits with one key would contradict each other. */
function targetsOf({ metric, where, tools, comparator, hardware, statistic }: Limit): readonly string[] {
  const dimensions = Object.entries(where).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (hardware.models ?? ['']).map((model) =>
    JSON.stringify([
      metric,
      dimensions,
      tools?.toSorted() ?? [],
      comparator,
      statistic ?? '',
      model === '' ? hardware.class : '',
      model.toLowerCase(),
    ]),
  );
}

function refuse(message: string, hint = 'Correct the threshold file, or leave the limit out.'): never {
  throw new AssayError('LIMIT_REFUSED', message, { hint });
}
