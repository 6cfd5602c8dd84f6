import type { Measurement } from '../verdict/measurement.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatQuantity } from '../verdict/words/format-quantity.ts';
import { subjectSpans } from './block-measurements.ts';
import { middleOf } from './block-shown.ts';
import type { Figures, Span, Text } from './content.ts';
import type { HeldAgainst, MetricGroup } from './metric-groups.ts';
import { missesIn } from './metric-groups.ts';

export type Figure = Figures['items'][number];

/** A drawn metric, with how much of it somebody should look at. */
export interface DrawnStrip {
  readonly figure: Figure;
  readonly misses: number;
  readonly apart: number;
}

interface Deps {
  readonly limitsOf: (it: Measurement) => readonly HeldAgainst[];
  readonly pages: ReadonlySet<string>;
}

/** So many are named; the others are counted. */
const mostNamed = 3;

/** Medians of all subjects of a metric on one axis; none where fewer than two numbers differ. */
export function drawStrip(deps: Deps, group: MetricGroup): DrawnStrip | undefined {
  const { first, note, members } = group;
  const usable = members.filter(({ invalid }) => invalid === undefined);
  const medians = usable.map(({ median }) => median).sort((a, b) => a - b);
  if (new Set(medians).size < 2) return undefined;
  const { isFar, centre } = fencesOf(medians);
  const limits = new Map(
    usable.flatMap((it) => deps.limitsOf(it).map(({ cell, value }) => [value, formatLimit(cell)] as const)),
  );
  const missing = new Set(usable.filter(missesIn(group, deps.limitsOf)));
  const outliers = usable
    .filter((it) => missing.has(it) || isFar(it.median))
    .toSorted(
      (left, right) =>
        Number(missing.has(right)) - Number(missing.has(left)) ||
        Math.abs(right.median - centre) - Math.abs(left.median - centre),
    );
  const named = outliers.slice(0, mostNamed);
  const rest = new Set(named);
  const words = limitWords([...limits.values()]);
  return {
    misses: missing.size,
    apart: outliers.length,
    figure: {
      title: first.title,
      note,
      picture: {
        kind: 'strip',
        label: `${first.title}, ${note}: ${usable.length} medians from ${formatQuantity(medians[0] ?? 0, first.unit)} to ${formatQuantity(medians.at(-1) ?? 0, first.unit)}${words === '' ? '' : `, limit ${words}`}`,
        unit: first.unit,
        values: usable.filter((it) => !rest.has(it)).map(({ median }) => median),
        median: centre,
        limits: [...limits.keys()],
        apart: named.map((it) => ({ value: it.median, misses: missing.has(it) })),
      },
      below: [
        ...named.map((it, place) => namedText(it, place, missing.has(it), deps.pages)),
        countsText({
          drawn: usable.length,
          invalid: members.length - usable.length,
          more: outliers.length - named.length,
          limit: words,
        }),
      ],
    },
  };
}

const limitWords = (limits: readonly string[]): string =>
  limits.length > mostNamed ? `${limits.length} limits, by machine` : [...new Set(limits)].join(', ');

function namedText(
  it: Measurement,
  place: number,
  misses: boolean,
  pages: ReadonlySet<string>,
): readonly Span[] {
  return [
    `${place + 1}  `,
    ...subjectSpans(it.subject, pages),
    ` ${formatQuantity(it.median, it.unit)}, `,
    ...(misses
      ? [{ kind: 'word' as const, tone: 'bad' as const, mark: '✖', text: 'misses the limit' }]
      : ['far from the others']),
  ];
}

function countsText(of: {
  readonly drawn: number;
  readonly invalid: number;
  readonly more: number;
  readonly limit: string;
}): Text {
  return [
    {
      kind: 'note',
      text: [
        of.limit === '' ? 'no limit' : `limit ${of.limit}`,
        `${of.drawn} drawn`,
        ...(of.invalid === 0 ? [] : [`⊘ ${of.invalid} invalid, not drawn`]),
        ...(of.more === 0 ? [] : [`${of.more} more stand out`]),
      ].join(' · '),
    },
  ];
}

/** Of so few numbers the quartiles say nothing. */
const fewestForFences = 8;

/**
 * Which numbers are far from the others: more than three interquartile ranges beyond a quartile, as J. W. Tukey drew it
 * (Exploratory Data Analysis, 1977, section 2D: "far out"). It names whom to look at and decides nothing.
 */
function fencesOf(sorted: readonly number[]): {
  readonly isFar: (value: number) => boolean;
  readonly centre: number;
} {
  const half = Math.floor(sorted.length / 2);
  const [low, high] = [middleOf(sorted.slice(0, half)), middleOf(sorted.slice(-half))];
  const reach = 3 * (high - low);
  const isSpread = sorted.length >= fewestForFences && reach > 0;
  return {
    centre: middleOf(sorted),
    isFar: (value) => isSpread && (value < low - reach || value > high + reach),
  };
}
