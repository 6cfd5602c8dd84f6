import type { NightLine } from '../../page/pictures.ts';
import { dateOf, formatNightValue } from '../../verdict/words/night-words.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

const width = 288;
const left = 4;
const right = width - 4;
const top = 18;
const bottom = 108;

/**
 * A series as dots, joined where nights follow each other and nowhere else; worse nights are crossed, suspect ones have a diamond,
 * what nothing can be said of is a ring. Its kind is the band behind it. Dashed lines: another state of the machine began. Ticks
 * below the axis: others were measured on that night, and it was not.
 */
export function renderNightLine(it: NightLine): SafeHtml {
  const { label, unit, points, band, missing, epochs, since } = it;
  const [from, to] = it.nights;
  const [low, high] = it.values;
  const x = (night: number): string =>
    (to === from ? (left + right) / 2 : left + ((night - from) / (to - from)) * (right - left)).toFixed(1);
  const y = (value: number): string =>
    // Halves first: the difference of two large values could overflow.
    (high === low
      ? (top + bottom) / 2
      : bottom - ((value / 2 - low / 2) / (high / 2 - low / 2)) * (bottom - top)
    ).toFixed(1);
  const place = ({ night, value }: { readonly night: number; readonly value: number }): string =>
    `${x(night)} ${y(value)}`;
  const marks = (state: NightLine['points'][number]['state'], shape: string): string =>
    points
      .filter((point) => point.state === state)
      .map((point) => `M${place(point)}${shape}`)
      .join('');
  const line = points.map((point, at) =>
    points[at - 1]?.night === point.night - 1 ? `L${place(point)}` : `M${place(point)}h0.01`,
  );
  return html`<svg class="picture nights" role="img" aria-label="${label}" viewBox="0 0 ${width} ${bottom + 24}" width="${width}" height="${bottom + 24}"><title>${label}</title><path class="grid" d="M${left} ${top}H${right}M${left} ${bottom}H${right}"/>${bandOf(band, x, y)}${
    epochs.length === 0
      ? undefined
      : html`<path class="floor" d="${epochs.map((night) => `M${x(night - 0.5)} ${top}V${bottom}`).join('')}"/>`
  }${since === undefined ? undefined : html`<path class="line bad since" d="M${x(since - 0.5)} ${top - 4}V${bottom}"/>`}${
    missing.length === 0
      ? undefined
      : html`<path class="line doubt" d="${missing.map((night) => `M${x(night)} ${bottom + 1}v5`).join('')}"/>`
  }<path class="line subject" d="${line.join('')}"/><path class="line doubt" d="${marks('suspect', 'm0 -4l4 4l-4 4l-4 -4z')}${marks('unjudged', 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0')}"/><path class="line bad" d="${marks('worse', 'm-3 -3l6 6m0 -6l-6 6')}"/><text class="soft" x="${left}" y="${top - 6}">${low === high ? '' : 'top '}${formatNightValue(high, unit)}</text><text class="soft" x="${right}" y="${top - 6}" text-anchor="end">${low === high ? '' : `bottom ${formatNightValue(low, unit)}`}</text><text class="soft" x="${left}" y="${bottom + 18}">${dateOf(from)}</text><text class="soft" x="${right}" y="${bottom + 18}" text-anchor="end">${dateOf(to)}</text></svg>
`;
}

type Scale = (value: number) => string;

/** One area for each stretch of nights that follow each other. */
function bandOf(band: NightLine['band'], x: Scale, y: Scale): SafeHtml | undefined {
  const stretches: NightLine['band'][number][][] = [];
  for (const each of band) {
    const open = stretches.at(-1);
    if (open?.at(-1)?.night === each.night - 1) open.push(each);
    else stretches.push([each]);
  }
  const area = (those: NightLine['band']): string => {
    const [first, last] = [those[0], those.at(-1)];
    if (first === undefined || last === undefined) return '';
    // A night alone is as wide as a night.
    const ends =
      those.length === 1
        ? [
            { ...first, night: first.night - 0.4 },
            { ...last, night: last.night + 0.4 },
          ]
        : those;
    const upper = ends.map(({ night, high }) => `${x(night)} ${y(high)}`);
    const lower = ends.toReversed().map(({ night, low }) => `${x(night)} ${y(low)}`);
    return `M${[...upper, ...lower].join('L')}z`;
  };
  return band.length === 0 ? undefined : html`<path class="range" d="${stretches.map(area).join('')}"/>`;
}
