import type { Matrix } from '../../page/pictures.ts';
import { cutText } from '../../text/cut-text.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

const side = 12;
const nameWidth = 108;
const top = 16;

/**
 * Squares below the diagonal whose sides say how good what is between two names is, so that no colour is needed; what misses its
 * limit is crossed, what cannot be used is an empty diamond. One path for each of the three.
 */
export function renderMatrix({ label, names, places }: Matrix): SafeHtml {
  const width = Math.max(nameWidth + names.length * side + 8, 288);
  const height = top + names.length * side + 4;
  const centre = (place: number): number => place * side + side / 2;
  const path = (
    which: (place: Matrix['places'][number]) => boolean,
    draw: (place: Matrix['places'][number]) => string,
  ): string =>
    places
      .filter(which)
      .map((place) => `M${nameWidth + centre(place.column)} ${top + centre(place.row)}${draw(place)}`)
      .join('');
  const square = ({ share = 0 }: Matrix['places'][number]): string => {
    const length = Number(Math.max(share * (side - 2), 1).toFixed(1));
    return `m${-length / 2} ${-length / 2}h${length}v${length}h${-length}z`;
  };
  // So many numbers of columns as there is room for.
  const every = names.length <= 9 ? 1 : names.length <= 32 ? 2 : 4;
  return html`<svg class="picture" role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>${label}</title>${names.map(
    (name, place) =>
      html`<text x="0" y="${top + centre(place) + 4}"><tspan class="soft">${place + 1}</tspan> ${cutText(name, 13)}</text>${
        (place + 1) % every === 0
          ? html`<text class="soft" x="${nameWidth + centre(place)}" y="10" text-anchor="middle">${place + 1}</text>`
          : undefined
      }`,
  )}<path class="grid" d="M${nameWidth} ${top}${names.map(() => `v${side}h${side}`).join('')}H${nameWidth}z"/><path class="squares" d="${path(({ share, misses }) => share !== undefined && !misses, square)}"/><path class="squares bad" d="${path(({ share, misses }) => share !== undefined && misses, square)}"/><path class="line bad" d="${path(
    ({ misses }) => misses,
    () => `m-5 -5l10 10m0 -10l-10 10`,
  )}"/><path class="line doubt" d="${path(
    ({ share }) => share === undefined,
    () => `m0 -4l4 4l-4 4l-4 -4z`,
  )}"/></svg>
`;
}
