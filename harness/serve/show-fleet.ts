import type { FleetCell, FleetMap, FleetRow } from '../../reports/site/fleet-page.ts';
import { hasText } from '../../reports/site/site-page.ts';
import { compareNatural } from '../../reports/text/compare-natural.ts';
import { dateOf, nightOfDate } from '../../reports/verdict/words/night-words.ts';
import { suggestName } from '../config/nearest-name.ts';
import { leastPeers } from '../nights/watch-stratum.ts';
import type { KeptSeries } from './kept-series.ts';
import { placeOf, states } from './kept-series.ts';
import { nightsShown } from './show-series.ts';
import { SiteRefusal } from './site-refusal.ts';
import type { Snapshot } from './site-state.ts';

/** A page with more cells takes a browser long. */
const mostCells = 20_000;
const noRack = 'no rack';
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
export function showFleet({ series, runs }: Snapshot, query: FleetQuery): FleetMap {
  const nights = [...new Set(runs.map(({ night }) => night))].toSorted((a, b) => a - b).slice(-nightsShown);
  const last = nights.at(-1);
  const night = query.night === undefined ? (last ?? 0) : nightOfDate(query.night);
  if (last !== undefined && !nights.includes(night))
    throw new SiteRefusal(
      400,
      `night: expected one of the last ${nights.length} in the index, got \`${query.night ?? ''}\``,
      `The last one is ${dateOf(last)}.`,
    );
  const racks = namesOf(series, rackOf);
  const metrics = new Map(series.map(({ row }) => [row.metric, row.title]));
  requireKnown('rack', query.rack, racks);
  requireKnown('metric', query.metric, [...metrics.keys()]);
  const { rack, metric, q: sought } = query;
  const by = query.by ?? (namesOf(series, ({ node }) => node).length > mostMachines ? 'rack' : 'node');
  const rowOf = rowNames[by];
  const columns = new Map<string, FleetMap['columns'][number]>();
  const cells = new Map<string, { of: Omit<FleetRow, 'cells'>; byColumn: Map<string, Tally> }>();
  for (const those of Map.groupBy(series, slotOf).values()) {
    const [first] = those;
    if (first === undefined || (rack !== undefined && rackOf(first) !== rack)) continue;
    const { metric: id, title, dimensions } = first.row;
    if (metric !== undefined && id !== metric) continue;
    const name = rowOf(first);
    if (!hasText(sought, [name, first.node, rackOf(first)])) continue;
    // What nobody has seen for as long as is shown has gone away.
    const current = those.filter(
      ({ nights: own }) => (own[0] ?? night) <= night && (own.at(-1) ?? 0) > night - nightsShown,
    );
    if (current.length === 0) continue;
    const column = JSON.stringify([title, id, dimensions]);
    columns.set(column, { metric: id, title, note: dimensions });
    const row = cells.get(name) ?? {
      of: { name, rack: rackOf(first), node: by === 'rack' ? undefined : first.node },
      byColumn: new Map<string, Tally>(),
    };
    cells.set(name, row);
    const tally = row.byColumn.get(column) ?? {
      measured: 0,
      missing: 0,
      worse: 0,
      unjudged: 0,
      off: undefined,
    };
    row.byColumn.set(column, tally);
    count(tally, current, night);
  }
  const order = [...columns.keys()].toSorted();
  const rows = [...cells.values()]
    .toSorted((a, b) => compareNatural(a.of.rack, b.of.rack) || compareNatural(a.of.name, b.of.name))
    .map(({ of, byColumn }) => ({
      ...of,
      cells: order.map((column): FleetCell => byColumn.get(column) ?? none),
    }));
  const shown = Math.max(1, Math.floor(mostCells / Math.max(1, order.length)));
  return {
    ...{ by, rack, metric, sought, racks },
    night: dateOf(night),
    nights: nights.map(dateOf),
    metrics: [...metrics]
      .map(([id, title]) => ({ id, title }))
      .toSorted((a, b) => compareNatural(a.title, b.title)),
    columns: order.flatMap((column) => columns.get(column) ?? []),
    rows: rows.slice(0, shown),
    more: Math.max(0, rows.length - shown),
  };
}

type Tally = { -readonly [K in keyof FleetCell]: FleetCell[K] };
const none: FleetCell = { measured: 0, missing: 0, worse: 0, unjudged: 0, off: undefined };

const rackOf = ({ rack }: KeptSeries): string => rack ?? noRack;
const rowNames: Readonly<Record<FleetMap['by'], (it: KeptSeries) => string>> = {
  rack: rackOf,
  node: ({ node }) => node,
  device: ({ node, row: { subject } }) =>
    subject.includes('/') ? `${node}${subject.slice(subject.indexOf('/'))}` : node,
};

/** By whatever version of a tool: one metric of one machine or device. */
const slotOf = ({ row }: KeptSeries): string => JSON.stringify([row.subject, row.metric, row.dimensions]);

const namesOf = (series: readonly KeptSeries[], nameOf: (it: KeptSeries) => string): readonly string[] =>
  [...new Set(series.map(nameOf))].toSorted(compareNatural);

function count(tally: Tally, series: readonly KeptSeries[], night: number): void {
  const measured = series.flatMap((it) => {
    const at = placeOf(it, night);
    return at < 0 ? [] : [{ it, at }];
  })[0];
  if (measured === undefined) {
    tally.missing += 1;
    return;
  }
  const { it, at } = measured;
  tally.measured += 1;
  const state = states[it.states[at] ?? 3];
  if (state === 'worse') tally.worse += 1;
  if (state === 'unjudged') tally.unjudged += 1;
  const off = differenceOf(it, at, night);
  if (off !== undefined) tally.off = Math.min(tally.off ?? Number.POSITIVE_INFINITY, off);
}

/** How far a value is from the middle of its kind on that night, as a share of it; less is worse. */
function differenceOf({ row, kin, values }: KeptSeries, at: number, night: number): number | undefined {
  const [value, there] = [values[at] ?? 0, kin.byNight.get(night)];
  if (there === undefined || there.count < leastPeers || !(value > 0 && there.middle > 0)) return undefined;
  return row.better === 'higher' ? value / there.middle - 1 : there.middle / value - 1;
}

function requireKnown(name: string, given: string | undefined, known: readonly string[]): void {
  if (given === undefined || known.includes(given)) return;
  throw new SiteRefusal(
    400,
    `${name}: expected one in the index, got \`${given}\``,
    suggestName(given, known.slice(0, 5000)),
  );
}
