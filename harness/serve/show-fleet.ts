import type { FleetCell, FleetMap, FleetRow } from '../../reports/site/fleet-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { suggestName } from '../config/nearest-name.ts';
import { leastPeers } from '../nights/watch-stratum.ts';
import type { KeptSeries, KinNight } from './kept-series.ts';
import { endsOf, placeOf, stateAt } from './kept-series.ts';
import { nightsShown } from './show-series.ts';
import { SiteRefusal } from './site-refusal.ts';
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
  if (last !== undefined && !nights.includes(night))
    throw new SiteRefusal(
      400,
      `night: expected one of the last ${nights.length} in the index, got \`${query.night ?? ''}\``,
      `The last one is ${dateOf(last)}.`,
    );
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
  const rows = new Map<string, { of: Omit<FleetRow, 'cells'>; tallies: Map<number, Tally> } | undefined>();
  // What nobody has seen for as long as is shown has gone away.
  const isCurrent = (it: KeptSeries): boolean => {
    const [first, latest] = endsOf(it);
    return first <= night && latest > night - nightsShown;
  };
  for (const slot of slots.all) {
    if ((rack !== undefined && slot.rack !== rack) || (metric !== undefined && slot.metric !== metric))
      continue;
    if (!slot.series.some(isCurrent)) continue;
    const name = slot[by];
    if (!rows.has(name)) {
      const of = { name, rack: slot.rack, node: by === 'rack' ? undefined : slot.node };
      const isSought = hasText(sought, [name, slot.rack]);
      rows.set(name, isSought ? { of, tallies: new Map() } : undefined);
    }
    const row = rows.get(name);
    if (row === undefined) continue;
    used.add(slot.column);
    const tally = row.tallies.get(slot.column) ?? { ...none };
    row.tallies.set(slot.column, tally);
    count(tally, slot.series, night);
  }
  const order = [...used].toSorted((a, b) => a - b);
  const found = [...rows.values()].filter((row) => row !== undefined);
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
