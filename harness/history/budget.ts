import type { Kysely } from 'kysely';
import type { NoiseClass } from '../nights/false-events.ts';
import { noiseClassOf } from '../nights/false-events.ts';
import { watchStratum } from '../nights/watch-stratum.ts';
import { closingsOf } from './event-state.ts';
import type { Judgement } from './judge-nights.ts';
import { listStrata, readStratum } from './judge-nights.ts';
import { readNights } from './read-nights.ts';
import type { Tables } from './tables.ts';

/** False events that are to be expected of the series of one metric with one noise. */
export interface BudgetRow {
  readonly metric: string;
  readonly noise: NoiseClass['name'] | 'unknown';
  readonly series: number;
  /** Of all of them, per night of the calendar; absent where nothing is known of their noise. */
  readonly perNight?: number;
}

export interface Budget {
  /** The last night. */
  readonly night: number;
  /** The worst first. */
  readonly rows: readonly BudgetRow[];
  /** Events of the last nights that somebody closed as `no cause found`, and of how many nights. */
  readonly observed: { readonly events: number; readonly nights: number };
}

/** What was measured in as many nights back is what will be. */
const usualNights = 30;
const observedNights = 90;

/** How many false events a fleet can expect, and how many it had. Absent in an empty index. */
export async function budgetOf(database: Kysely<Tables>, { events }: Judgement): Promise<Budget | undefined> {
  const nights = await readNights(database);
  const all = [...new Set([...nights.runs.values()].map(({ night }) => night))];
  if (all.length === 0) return undefined;
  const last = Math.max(...all);
  const first = Math.min(...all);
  const span = Math.min(usualNights, last - first + 1);
  const closings = closingsOf(await database.selectFrom('note').selectAll().execute());
  const rows = new Map<
    string,
    { metric: string; noise: BudgetRow['noise']; series: number; perNight?: number }
  >();
  for (const stratum of await listStrata(database)) {
    const members = await readStratum(database, stratum, nights);
    const { baselines } = watchStratum(
      stratum,
      members.map(({ series }) => series),
      closings,
    );
    for (const { row, series } of members) {
      const measured = series.nights.filter(({ night }) => night > last - span).length;
      if (measured === 0) continue;
      const known = baselines.get(series.id);
      const noise = known === undefined ? undefined : noiseClassOf(known);
      const key = JSON.stringify([row.metric, noise?.name]);
      const found = rows.get(key) ?? { metric: row.metric, noise: noise?.name ?? 'unknown', series: 0 };
      found.series += 1;
      if (noise !== undefined)
        found.perNight = (found.perNight ?? 0) + ((noise.rate / 1000) * measured) / span;
      rows.set(key, found);
    }
  }
  const observed = events.filter(
    (event) => event.reason === 'no cause found' && event.first > last - observedNights,
  ).length;
  return {
    night: last,
    rows: [...rows.values()].toSorted(
      (a, b) => (b.perNight ?? 0) - (a.perNight ?? 0) || (a.metric < b.metric ? -1 : 1),
    ),
    observed: { events: observed, nights: Math.min(observedNights, last - first + 1) },
  };
}
