import type { NightLine } from '../page/pictures.ts';
import { dateOf, formatNightValue } from '../verdict/words/night-words.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { renderPicture } from '../writers/html/render-picture.ts';

/** A series with what is around it, as pages draw it. Nights are days since 1970-01-01. */
export interface ShownSeries {
  /** Whose it is, and where that leads. */
  readonly title: string;
  readonly href: string | undefined;
  /** What it is of. */
  readonly words: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly points: NightLine['points'];
  readonly kin: NightLine['band'];
  readonly missing: readonly number[];
  readonly epochs: readonly { readonly night: number; readonly change: string | undefined }[];
  readonly since: number | undefined;
}

/** Pictures of series beside each other, those of one metric on one scale. */
export function nightFigures(all: readonly ShownSeries[], nights: readonly [number, number]): SafeHtml {
  const scales = new Map(
    [...Map.groupBy(all, scaleOf)].map(([key, those]) => [key, extentOf(those)] as const),
  );
  return html`<div class="figures">${all.map((it) => figureOf(it, nights, scales.get(scaleOf(it)) ?? [0, 0]))}</div>
<p class="note">The line is the subject, joined where nights follow each other; the band is where eight of ten of its kind are. ✖ worse, ◇ suspect, ○ no judgement; a tick below the axis: not measured on a night on which its kind was. Dashed: the state of the machine changed.</p>
`;
}

const scaleOf = ({ words, unit }: ShownSeries): string => JSON.stringify([words, unit]);

function extentOf(those: readonly ShownSeries[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points, kin } of those) {
    for (const { value } of points) [low, high] = [Math.min(low, value), Math.max(high, value)];
    for (const each of kin) [low, high] = [Math.min(low, each.low), Math.max(high, each.high)];
  }
  return [low, high];
}

function figureOf(
  it: ShownSeries,
  nights: readonly [number, number],
  values: readonly [number, number],
): SafeHtml {
  const { title, href, words, unit, better, points, kin, missing, epochs, since } = it;
  const last = points.at(-1);
  const worse = points.filter(({ state }) => state === 'worse').length;
  const said =
    last === undefined
      ? 'not measured'
      : `last ${formatNightValue(last.value, unit)} on ${dateOf(last.night)}`;
  const label = `${title}, ${words}: ${points.length} nights, ${worse} of them worse; ${said}`;
  const picture: NightLine = {
    ...{ kind: 'nights', label, unit, nights, values, points, band: kin, missing, since },
    epochs: epochs.map(({ night }) => night),
  };
  const name = html`<bdi>${title}</bdi>`;
  return html`<figure><figcaption><b>${href === undefined ? name : html`<a href="${href}">${name}</a>`}</b><small>${words}; ${better} is better</small></figcaption>${renderPicture(picture)}<p>${said}${worse === 0 ? '' : html`, <span class="word bad">✖ worse on ${worse} of ${points.length} nights</span>`}</p>${epochs.map(
    ({ night, change = 'state changed' }) =>
      html`<p class="note">┆ ${dateOf(night)}: <bdi>${change}</bdi></p>`,
  )}</figure>
`;
}
