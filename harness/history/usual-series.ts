import type { Kysely } from 'kysely';
import { watchStratum } from '../nights/watch-stratum.ts';
import { KnownSeries } from '../store/known-series.ts';
import { closingsOf } from './event-state.ts';
import { listStrata, machineOf, readStratum } from './judge-nights.ts';
import { readNights } from './read-nights.ts';
import type { Tables } from './tables.ts';

/**
 * What the next night of each series of some metrics is held against: its baseline, where it has one. Of a part that was measured by
 * several versions of a tool, or with several parameters, the one that was measured last; where two are as late, none.
 */
export async function usualSeries(
  database: Kysely<Tables>,
  metrics: ReadonlySet<string>,
): Promise<readonly KnownSeries[]> {
  const nights = await readNights(database);
  const closings = closingsOf(await database.selectFrom('note').selectAll().execute());
  const found = new Map<string, { readonly last: number; readonly known: KnownSeries | undefined }>();
  for (const stratum of await listStrata(database)) {
    const members = await readStratum(database, stratum, nights);
    if (!members.some(({ row }) => metrics.has(row.metric))) continue;
    const { baselines } = watchStratum(
      stratum,
      members.map(({ series }) => series),
      closings,
    );
    for (const { row, series } of members) {
      const last = series.nights.at(-1)?.night;
      if (last === undefined) continue;
      const baseline = baselines.get(series.id);
      const known = baseline === undefined || baseline.nights === 0 ? undefined : knownOf(row, baseline);
      const key = JSON.stringify([row.subject, row.metric, row.dimensions, row.tool.split(' ', 1)[0]]);
      const other = found.get(key);
      if (other === undefined || other.last < last) found.set(key, { last, known });
      else if (other.last === last) found.set(key, { last, known: undefined });
    }
  }
  return [...found.values()].flatMap(({ known }) => known ?? []);
}

/** Absent for what no document takes, such as a name of many thousand characters. */
function knownOf(
  { subject, metric, dimensions, tool, unit, better }: Tables['series'],
  { middle, scale, nights }: { readonly middle: number; readonly scale: number; readonly nights: number },
): KnownSeries | undefined {
  const machine = machineOf(subject);
  const device = subject.slice(machine.length + 1);
  return KnownSeries.safeParse({
    machine,
    ...(device === '' ? {} : { device }),
    metric,
    dimensions,
    tool,
    unit,
    better,
    // A baseline is in levels, of which less is always worse.
    middle: Math.exp(better === 'higher' ? middle : -middle),
    scale,
    nights,
  }).data;
}
