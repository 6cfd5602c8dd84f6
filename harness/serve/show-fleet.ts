import type { FleetCell, FleetMap } from '../../reports/site/fleet-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { suggestName } from '../config/nearest-name.ts';
import { leastPeers } from '../nights/watch-stratum.ts';
import type { KeptSeries, KinNight } from './kept-series.ts';
import { endsOf, placeOf, stateAt } from './kept-series.ts';
import { nightsShown } from './show-series.ts';
import { requireNight, SiteRefusal } from './site-refusal.ts';
import type { Slot } from './slots.ts';
import type { Snapshot } from './snapshot.ts';

/** So many machines are shown one by one when nothing is asked for. */
const mostMachines = 64;

export interface FleetQuery {
  readonly by?: FleetMap['by'] | undefined;
  readonly night?: string | undefined;
  readonly rack?: string | undefined;
  readonly metric?: string | undefined;
  readonly q: string;
}

/** Machines against metrics on one night, by the worst of what each cell stands for. Throws SiteRefusal for what is not in the index. */
export function showFleet({ slots, measuredNights }: Snapshot, query: FleetQuery): FleetMap {
  const nights = measuredNights.slice(-nightsShown);
  const last = nights.at(-1);
  const night = query.night === undefined ? (last ?? 0) : nightOfDate(query.night);
  if (last !== undefined && query.night !== undefined) requireNight(query.night, nights.map(dateOf));
  const { racks, metrics } = slots;
  const { rack, metric, q: sought } = query;
  requireKnown('rack', rack, racks);
  requireKnown(
    'metric',
    metric,
    metrics.map(({ id }) => id),
  );
  const by = query.by ?? (slots.nodes > mostMachines ? 'rack' : 'node');
  const used = new Set<number>();
  // What nobody has seen for as long as is shown has gone away.
  const isCurrent = (it: KeptSeries): boolean => {
    const [first, latest] = endsOf(it);
    return first <= night && latest > night - nightsShown;
  };
  const isShown = (slot: Slot): boolean =>
    (rack === undefined || slot.rack === rack) &&
    (metric === undefined || slot.metric === metric) &&
    slot.series.some(isCurrent);
  const found = slots.rows[by].flatMap(({ name, slots: own }) => {
    const [any] = own;
    if (any === undefined || !hasText(sought, [name, any.rack])) return [];
    const tallies = new Map<number, Tally>();
    let first: Slot | undefined;
    for (const slot of own) {
      if (!isShown(slot)) continue;
      first ??= slot;
      used.add(slot.column);
      const tally = tallies.get(slot.column) ?? { ...none };
      tallies.set(slot.column, tally);
      count(tally, slot.series, night);
    }
    if (first === undefined) return [];
    return [{ of: { name, rack: first.rack, node: by === 'rack' ? undefined : first.node }, tallies }];
  });
  const order = [...used].toSorted((a, b) => a - b);
  return {
    ...{ by, rack, metric, sought, racks, metrics },
    night: dateOf(night),
    nights: nights.map(dateOf),
    columns: order.flatMap((column) => slots.columns[column] ?? []),
    rows: found.map(({ of, tallies }) => ({
      ...of,
      cells: order.map((column) => tallies.get(column) ?? none),
    })),
  };
}

type Tally = { -readonly [K in keyof FleetCell]: FleetCell[K] };
const none: FleetCell = { measured: 0, missing: 0, worse: 0, unjudged: 0, off: undefined };

function count(tally: Tally, series: readonly KeptSeries[], night: number): void {
  for (const it of series) {
    const at = placeOf(it, night);
    if (at < 0) continue;
    const { row, kin } = it;
    tally.measured += 1;
    const state = stateAt(kin, at);
    if (state === 'worse') tally.worse += 1;
    if (state === 'unjudged') tally.unjudged += 1;
    const off = differenceOf(row.better, kin.values[at] ?? 0, kin.byNight.get(night));
    if (off !== undefined) tally.off = Math.min(tally.off ?? Number.POSITIVE_INFINITY, off);
    return;
  }
  tally.missing += 1;
}

/** How far a value is from the middle of its kind on that night, as a share of it; less is worse. */
function differenceOf(
  better: 'higher' | 'lower',
  value: number,
  there: KinNight | undefined,
): number | undefined {
  if (there === undefined || there.count < leastPeers || !(value > 0 && there.middle > 0)) return undefined;
  return better === 'higher' ? value / there.middle - 1 : there.middle / value - 1;
}

function requireKnown(name: string, given: string | undefined, known: readonly string[]): void {
  if (given === undefined || known.includes(given)) return;
  throw new SiteRefusal(
    400,
    `${name}: expected one in the index, got \`${given}\``,
    suggestName(given, known.slice(0, 5000)),
  );
}
