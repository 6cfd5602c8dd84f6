import type { Curves } from '../../page/pictures.ts';
import { cutText } from '../../text/cut-text.ts';
import { formatQuantity } from '../../verdict/words/format-quantity.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

const width = 288;
const left = 66;
const right = width - 20;
const top = 8;
const bottom = 172;
const lineHeight = 15;

/** Lines on two logarithmic axes, told apart by their dashes, each with the range of those that it is the median of. */
export function renderCurves({ label, unit, sizes, series }: Curves): SafeHtml {
  const values = series
    .flatMap(({ line, range = [] }) => [...line, ...range.flatMap((each) => each ?? [])])
    .filter((value) => value !== undefined);
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const pad = Math.max((high - low) * 0.04, 0.02);
  const y = (value: number): string =>
    (bottom - ((Math.log10(value) - low + pad) / (high - low + 2 * pad)) * (bottom - top)).toFixed(1);
  const ends = [sizes[0]?.size ?? 1, sizes.at(-1)?.size ?? 1].map(Math.log10) as [number, number]; // two of two
  const x = (size: number): string =>
    (left + ((Math.log10(size) - ends[0]) / (ends[1] - ends[0] || 1)) * (right - left)).toFixed(1);
  const point = (at: number, value: number): string => `${x(sizes[at]?.size ?? 1)} ${y(value)}`;
  const ticks = ticksOf(low, high);
  const labelled = sizes.filter((_, at) => at % Math.ceil(sizes.length / 5) === 0);
  return html`<svg class="picture" role="img" aria-label="${label}" viewBox="0 0 ${width} ${bottom + 24 + series.length * lineHeight}" width="${width}" height="${bottom + 24 + series.length * lineHeight}"><title>${label}</title>${ticks.map(
    (tick) =>
      html`<path class="grid" d="M${left} ${y(tick)}H${right}"/><text class="soft" x="${left - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${formatQuantity(tick, unit)}</text>`,
  )}${labelled.map(
    ({ size, text }) =>
      html`<text class="soft" x="${x(size)}" y="${bottom + 14}" text-anchor="middle">${text}</text>`,
  )}${series.map(({ name, line, range }, which) => {
    const ys = bottom + 24 + which * lineHeight + 4;
    return html`${range === undefined ? undefined : html`<path class="range" d="${areaOf(range, point)}"/>`}<path class="line dash${which}" d="${lineOf(line, point)}M${left} ${ys}h28"/><text x="${left + 36}" y="${ys + 4}">${cutText(name, 30)}</text>`;
  })}</svg>
`;
}

type Point = (at: number, value: number) => string;

/** A gap where a size has no value. */
function lineOf(line: Curves['series'][number]['line'], point: Point): string {
  return line
    .map((value, at) =>
      value === undefined ? '' : `${line[at - 1] === undefined ? 'M' : 'L'}${point(at, value)}`,
    )
    .join('');
}

function areaOf(range: NonNullable<Curves['series'][number]['range']>, point: Point): string {
  const known = range.flatMap((each, at) =>
    each === undefined ? [] : [{ at, low: each[0], high: each[1] }],
  );
  const there = known.map(({ at, high }) => point(at, high));
  const back = known.toReversed().map(({ at, low }) => point(at, low));
  return there.length === 0 ? '' : `M${[...there, ...back].join('L')}z`;
}

/** Powers of ten, or where there is none between, the ends. */
function ticksOf(low: number, high: number): readonly number[] {
  const first = Math.ceil(low);
  const powers = Array.from(
    { length: Math.max(Math.floor(high) - first + 1, 0) },
    (_, at) => 10 ** (first + at),
  );
  return powers.length > 1 ? powers : [10 ** low, 10 ** high];
}
