import type { Measurement } from '../verdict/measurement.ts';
import type { BlockNode } from '../verdict/verdict.ts';
import { formatCount } from '../verdict/words/format-count.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { subjectSpans } from './block-measurements.ts';
import { middleOf } from './block-shown.ts';
import type { Content, Text } from './content.ts';
import { number, plain } from './content.ts';
import type { Figure } from './draw-strip.ts';
import type { MetricGroup } from './metric-groups.ts';
import type { Matrix } from './pictures.ts';

/** Of more nodes, and more racks, nobody tells the squares apart. */
const mostPlaces = 64;
/** So many of the slowest pairs are listed. */
const mostListed = 50;

interface PairReading {
  readonly it: Measurement;
  readonly ends: readonly [string, string];
  readonly misses: boolean;
}

interface Deps {
  readonly nodes: readonly BlockNode[];
  readonly misses: (it: Measurement) => boolean;
  readonly pages: ReadonlySet<string>;
}

/** Each pair that was measured as a square: node by node, or rack by rack of so many that squares would be dust. */
export function drawPairs(
  { nodes, misses, pages }: Deps,
  { first, note, members }: MetricGroup,
): { readonly figure: Figure; readonly list: Content } | undefined {
  const pairs = members.flatMap((it): readonly PairReading[] =>
    it.subject.kind === 'pair' ? [{ it, ends: it.subject.nodes, misses: misses(it) }] : [],
  );
  const usable = pairs.filter(({ it }) => it.invalid === undefined);
  if (usable.length === 0) return undefined;
  const whole = middleOf(usable.map(({ it }) => it.median));
  const byNode = nodes.length <= mostPlaces;
  const placeOf = new Map(nodes.map((node) => [node.id, byNode ? node.id : rackOf(node)]));
  const matrix = layOut(pairs, placeOf, whole);
  const shown = Math.min(matrix.names.length, mostPlaces);
  return {
    figure: {
      title: `${first.title}, ${byNode ? 'pair by pair' : 'rack by rack'}`,
      note,
      picture: {
        kind: 'matrix',
        label: `${first.title}, ${note}, ${byNode ? 'of each pair of nodes' : 'median of the pairs between two racks'}: ${formatCount(pairs.length, 'pair')}, ${pairs.filter((pair) => pair.misses).length} below the limit`,
        ...matrix,
      },
      below: [
        [
          {
            kind: 'note',
            text: [
              `a whole square: ${formatQuantity(whole, first.unit)} (the median) or more; its side shrinks with the speed`,
              '✖ misses the limit',
              '◇ invalid',
              'empty: not measured',
              ...(shown < matrix.names.length
                ? [`${matrix.names.length - shown} racks without a slow pair are not drawn`]
                : []),
            ].join(' · '),
          },
        ],
      ],
    },
    list: slowestPairs(usable, whole, pages),
  };
}

const rackOf = ({ rack }: BlockNode): string => (rack === undefined || rack === '' ? 'no rack' : rack);

/** The places with the slowest pairs, in the order of the nodes, and what lies between each two of them. */
function layOut(
  pairs: readonly PairReading[],
  placeOf: ReadonlyMap<string, string>,
  whole: number,
): Pick<Matrix, 'names' | 'places'> {
  const between = Map.groupBy(pairs, ({ ends: [one, other] }) =>
    JSON.stringify([placeOf.get(one) ?? one, placeOf.get(other) ?? other].toSorted()),
  );
  const squares = [...between.values()].flatMap((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const valid = those.filter(({ it }) => it.invalid === undefined);
    const share =
      valid.length === 0
        ? undefined
        : shareOf(middleOf(valid.map(({ it }) => it.median)), whole, first.it.better);
    return [
      {
        ends: first.ends.map((end) => placeOf.get(end) ?? end),
        share,
        misses: those.some(({ misses }) => misses),
      },
    ];
  });
  const order = [...new Set(placeOf.values())];
  const worst = new Map<string, number>();
  for (const { ends, share = 1, misses } of squares)
    for (const end of ends) worst.set(end, Math.min(worst.get(end) ?? 2, misses ? share - 2 : share));
  const drawn = new Set(
    order.toSorted((left, right) => (worst.get(left) ?? 2) - (worst.get(right) ?? 2)).slice(0, mostPlaces),
  );
  const names = order.filter((name) => drawn.has(name));
  const at = new Map(names.map((name, place) => [name, place]));
  return {
    names,
    places: squares.flatMap(({ ends: [one = '', other = ''], share, misses }) => {
      const [left, right] = [at.get(one), at.get(other)];
      return left === undefined || right === undefined
        ? []
        : [{ row: Math.max(left, right), column: Math.min(left, right), share, misses }];
    }),
  };
}

/** How good a value is beside another, at most 1. */
function shareOf(value: number, whole: number, better: Measurement['better']): number {
  const ratio = better === 'higher' ? value / whole : whole / value;
  return Number.isFinite(ratio) ? Math.min(Math.max(ratio, 0), 1) : 0;
}

function slowestPairs(usable: readonly PairReading[], whole: number, pages: ReadonlySet<string>): Content {
  const sign = usable[0]?.it.better === 'lower' ? -1 : 1;
  const listed = usable
    .toSorted((left, right) => sign * (left.it.median - right.it.median))
    .slice(0, mostListed);
  return {
    kind: 'fold',
    depth: 'page',
    summary:
      listed.length === usable.length
        ? `${formatCount(listed.length, 'pair')}, the slowest first`
        : `The slowest ${listed.length} of ${usable.length} pairs`,
    content: [
      {
        kind: 'table',
        label: 'The slowest pairs',
        isCompact: true,
        columns: [plain('Pair'), number('Median'), number('Of all pairs')],
        rows: listed.map(({ it, misses }) => ({
          cells: [
            subjectSpans(it.subject, pages),
            formatQuantity(it.median, it.unit),
            shareText(it.median / whole, misses),
          ],
        })),
      },
    ],
  };
}

const shareText = (share: number, misses: boolean): Text =>
  misses ? `✖ ${percentText(share)}` : percentText(share);

/** `93.4 %` of a median. */
export const percentText = (share: number): string =>
  Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '–';
