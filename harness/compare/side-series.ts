import type { Measured } from '../../reports/verdict/comparison.ts';
import { median } from '../stats/median.ts';
import type { SeenAsset } from './match-assets.ts';
import type { RunReadings, Series } from './run-readings.ts';

/** What one side has of a metric on one subject by one procedure: the readings of all its runs, by session. */
export interface SideSeries extends Omit<Series, 'values' | 'versions'> {
  readonly versions: readonly string[];
  /** Absent when no reading can be used. */
  readonly measured: Measured | undefined;
}

/** Series of one machine or group in one run. */
export interface Part {
  readonly run: RunReadings;
  readonly boot: string | undefined;
  readonly series: readonly Series[];
}

export const partsOf = ({ seen }: SeenAsset): readonly Part[] =>
  seen.map(({ run, node }) => ({ run, boot: node.boot, series: node.series }));

/**
 * The readings of a machine over the runs of a side, in the order of time, by the key of what they are about. A run begins a session
 * of its own when it began `apartSeconds` after the run before it or on another boot; else its first session is the last one of that.
 */
export function gatherSeries(
  parts: readonly Part[],
  apartSeconds: number,
  keyOf: (series: Series) => string,
): ReadonlyMap<string, SideSeries> {
  const gathered = new Map<
    string,
    { latest: Series; sessions: Map<number, number[]>; unusable: Series['unusable']; versions: Set<string> }
  >();
  let last = 0;
  for (const [at, part] of parts.entries()) {
    const offset = at === 0 || isApart(parts[at - 1] as Part, part, apartSeconds) ? last : last - 1;
    let most = offset + 1;
    for (const series of part.series) {
      const key = keyOf(series);
      const known = gathered.get(key) ?? {
        latest: series,
        sessions: new Map<number, number[]>(),
        unusable: [],
        versions: new Set<string>(),
      };
      gathered.set(key, known);
      known.latest = series;
      known.unusable = [...known.unusable, ...series.unusable];
      for (const version of series.versions) known.versions.add(version);
      for (const [own, values] of series.values) {
        const session = offset + own;
        most = Math.max(most, session);
        known.sessions.set(session, [...(known.sessions.get(session) ?? []), ...values]);
      }
    }
    last = most;
  }
  return new Map(
    [...gathered].map(([key, { latest, sessions, unusable, versions }]) => [
      key,
      {
        ...latest,
        unusable,
        versions: [...versions].toSorted(),
        measured: measure(sessions, unusable.length),
      },
    ]),
  );
}

function measure(sessions: ReadonlyMap<number, readonly number[]>, unusable: number): Measured | undefined {
  if (sessions.size === 0) return undefined;
  const inOrder = [...sessions].toSorted(([a], [b]) => a - b).map(([, values]) => values);
  return {
    sessions: inOrder.map(median),
    readings: inOrder.reduce((sum, { length }) => sum + length, 0),
    ...(unusable === 0 ? {} : { unusable }),
  };
}

function isApart(before: Part, after: Part, apartSeconds: number): boolean {
  const gap = Date.parse(after.run.run.startedAt) - Date.parse(before.run.run.startedAt);
  return (
    gap >= apartSeconds * 1000 ||
    (before.boot !== undefined && after.boot !== undefined && before.boot !== after.boot)
  );
}
