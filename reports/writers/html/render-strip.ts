import type { Strip } from '../../page/pictures.ts';
import { formatQuantity } from '../../verdict/words/format-quantity.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

// Pixels as on the screen: no such picture is wider than a telephone.
const width = 288;
const inset = 8;
const dot = 4;
const mostDots = 10;

/**
 * All of a metric as columns of dots on one axis: one path, in which a column is a dashed stroke. A dot is one value, or of so many
 * that a column would not fit, several.
 */
export function renderStrip({ label, unit, values, median, limits, apart }: Strip): SafeHtml {
  const all = [...values, ...apart.map(({ value }) => value), median];
  const low = all.reduce((least, value) => Math.min(least, value), Infinity);
  const high = all.reduce((most, value) => Math.max(most, value), -Infinity);
  // A limit that is far away would leave no room for what differs.
  const isNear = (limit: number): boolean =>
    limit >= low - 2 * (high - low) && limit <= high + 2 * (high - low);
  const near = limits.filter(isNear);
  const [from, to] = [Math.min(low, ...near), Math.max(high, ...near)];
  const x = (value: number): number =>
    inset + (to === from ? 0.5 : (value / 2 - from / 2) / (to / 2 - from / 2)) * (width - 2 * inset);
  const at = (value: number): string => x(value).toFixed(1);
  const { rows, drawing } = dotColumns(values.map(x));
  const floor = Math.max(rows * dot, 12) + (apart.length > 0 ? 28 : 6);
  const far = limits.some((limit) => !isNear(limit) && limit < low)
    ? '← limit'
    : limits.every(isNear)
      ? ''
      : 'limit →';
  return html`<svg class="picture" role="img" aria-label="${label}" viewBox="0 0 ${width} ${floor + 22}" width="${width}" height="${floor + 22}"><title>${label}</title><path class="grid" d="M${inset} ${floor + 5}H${width - inset}"/><g transform="translate(0 ${floor})"><path class="dots" d="${drawing}"/><path class="line" d="M${at(median)} 1v8"/>${
    near.length === 0
      ? undefined
      : html`<path class="floor" d="${near.map((limit) => `M${at(limit)} ${6 - floor}V9`).join('')}"/>`
  }${apart.map(
    ({ value, misses }, place) =>
      html`<path class="line ${misses ? 'bad' : 'doubt'}" d="M${at(value)} 2V${26 - floor}${misses ? 'm-3.5 -9l7 7m0 -7l-7 7' : 'm0 0l4 -4l-4 -4l-4 4z'}"/><text x="${labelPlace(
        apart.map((each) => x(each.value)),
        place,
      )}" y="${12 - floor}" text-anchor="middle">${place + 1}</text>`,
  )}<text class="soft" x="${inset}" y="20">${formatQuantity(from, unit)}</text>${far === '' ? undefined : html`<text class="soft" x="${width / 2}" y="20" text-anchor="middle">${far}</text>`}<text class="soft" x="${width - inset}" y="20" text-anchor="end">${formatQuantity(to, unit)}</text></g></svg>
`;
}

/** Columns from a floor at 0 upwards, and how many dots the highest has. */
function dotColumns(places: readonly number[]): { readonly rows: number; readonly drawing: string } {
  const columns = new Map<number, number>();
  for (const place of places) {
    const column = Math.round(place / dot) * dot;
    columns.set(column, (columns.get(column) ?? 0) + 1);
  }
  const tallest = [...columns.values()].reduce((most, count) => Math.max(most, count), 1);
  const each = Math.ceil(tallest / mostDots);
  return {
    rows: Math.ceil(tallest / each),
    drawing: [...columns]
      .sort(([left], [right]) => left - right)
      .map(([column, count]) => `M${column} 0v${-dot * (Math.ceil(count / each) - 1) - 0.01}`)
      .join(''),
  };
}

/** Numbers of neighbours stand beside each other and not on each other. */
function labelPlace(places: readonly number[], which: number): string {
  const sorted = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  let last = Number.NEGATIVE_INFINITY;
  for (const place of sorted) {
    last = Math.max(places[place] ?? 0, last + 10);
    if (place === which) break;
  }
  return Math.min(last, width - 4).toFixed(1);
}
