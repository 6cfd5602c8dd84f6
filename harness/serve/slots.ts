import { compareNatural } from '../../reports/text/compare-natural.ts';
import type { KeptSeries } from './kept-series.ts';

/** A metric of one machine or device, by whatever versions of a tool. */
export interface Slot {
  readonly rack: string;
  readonly node: string;
  /** The machine by name, and behind a slash the device in it. */
  readonly device: string;
  readonly metric: string;
  /** Place of its column. */
  readonly column: number;
  readonly series: readonly KeptSeries[];
}

/** What a row of a map stands for, with all its slots. */
export interface SlotRow {
  readonly name: string;
  readonly slots: readonly Slot[];
}

/** All of them by rack and name, in the natural order of both. */
export interface Slots {
  readonly rows: Readonly<Record<'rack' | 'node' | 'device', readonly SlotRow[]>>;
  readonly columns: readonly { readonly metric: string; readonly title: string; readonly note: string }[];
  readonly racks: readonly string[];
  readonly metrics: readonly { readonly id: string; readonly title: string }[];
  readonly nodes: number;
}

const noRack = 'no rack';

/** Sorts once what every map of the fleet shows. */
export function sortSlots(series: readonly KeptSeries[]): Slots {
  const columns = new Map<string, Slots['columns'][number]>();
  for (const { row } of series)
    columns.set(columnOf(row), { metric: row.metric, title: row.title, note: row.dimensions });
  const order = new Map([...columns.keys()].toSorted().map((key, at) => [key, at]));
  const racks = [...new Set(series.map(rackOf))].toSorted(compareNatural);
  const rank = new Map(racks.map((rack, at) => [rack, at]));
  const devices = Map.groupBy(series, deviceOf);
  const sorted = [...devices]
    .toSorted(([a, [left]], [b, [right]]) => rankOf(left, rank) - rankOf(right, rank) || compareNatural(a, b))
    .flatMap(([device, own]) =>
      [...Map.groupBy(own, ({ row }) => columnOf(row))].flatMap(([column, those]): readonly Slot[] => {
        const [first] = those;
        if (first === undefined) return [];
        const { node, row } = first;
        return [
          {
            rack: rackOf(first),
            node,
            device,
            metric: row.metric,
            column: order.get(column) ?? 0,
            series: those,
          },
        ];
      }),
    );
  const rowsBy = (by: keyof Slots['rows']): readonly SlotRow[] =>
    [...Map.groupBy(sorted, (slot) => slot[by])].map(([name, slots]) => ({ name, slots }));
  const titles = new Map(series.map(({ row }) => [row.metric, row.title]));
  return {
    rows: { rack: rowsBy('rack'), node: rowsBy('node'), device: rowsBy('device') },
    columns: [...order.keys()].flatMap((key) => columns.get(key) ?? []),
    racks,
    metrics: [...titles]
      .map(([id, title]) => ({ id, title }))
      .toSorted((a, b) => compareNatural(a.title, b.title)),
    nodes: new Set(series.map(({ node }) => node)).size,
  };
}

const columnOf = ({ title, metric, dimensions }: KeptSeries['row']): string =>
  JSON.stringify([title, metric, dimensions]);

const rackOf = ({ rack }: KeptSeries): string => rack ?? noRack;

const rankOf = (it: KeptSeries | undefined, rank: ReadonlyMap<string, number>): number =>
  it === undefined ? 0 : (rank.get(rackOf(it)) ?? 0);

const deviceOf = ({ node, row: { subject } }: KeptSeries): string => {
  const slash = subject.indexOf('/');
  return slash < 0 ? node : `${node}${subject.slice(slash)}`;
};
