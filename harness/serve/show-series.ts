import type { ShownSeries } from '../../reports/site/night-figures.ts';
import { siteHref } from '../../reports/site/site-page.ts';
import type { KeptSeries } from './kept-series.ts';
import { endsOf, shownOf } from './kept-series.ts';
import type { Snapshot } from './snapshot.ts';

/** Nights that a page shows. */
export const nightsShown = 90;

/** From which night to which is shown: not from before the first one, and from before a night that has to be seen. */
export function periodOf(
  { measuredNights: [first = 0], last }: Pick<Snapshot, 'measuredNights' | 'last'>,
  seen = last,
): readonly [number, number] {
  return [Math.min(Math.max(last - nightsShown + 1, first), Math.max(seen - nightsBefore, first)), last];
}

/** Nights that are shown before one that has to be seen. */
const nightsBefore = 14;

/** A series as pages draw it, from one night to another. */
export function showSeries(
  kept: KeptSeries,
  [from, to]: readonly [number, number],
  since?: number,
): ShownSeries {
  const { row, words, kin, epochs, node } = kept;
  const [begun] = endsOf(kept);
  const isWithin = ({ night }: { readonly night: number }): boolean => night >= from && night <= to;
  const points = shownOf(kept)
    .findings.map(({ night, state }, at) => ({ night, state, value: kin.values[kept.from + at] ?? 0 }))
    .filter(isWithin);
  const measured = new Set(points.map(({ night }) => night));
  const around = [...kin.byNight.values()].filter(isWithin);
  return {
    title:
      row.subject === node || row.subject.startsWith(`${node}/`) ? row.subject : `${node} (${row.subject})`,
    href: siteHref(['node', node]),
    ...{ words, points, since, unit: row.unit, better: row.better },
    kin: around.map(({ night, low, high }) => ({ night, low, high })),
    missing: around.flatMap(({ night }) => (night > begun && !measured.has(night) ? [night] : [])),
    epochs: epochs.filter(isWithin),
  };
}

/** What all of a stratum measured, as one series: the middle of it. */
export function showStratum(kept: KeptSeries, nights: readonly [number, number], since: number): ShownSeries {
  const of = showSeries(kept, nights, since);
  const { byNight } = kept.kin;
  return {
    ...of,
    title: `all of ${kept.row.kind}`,
    href: undefined,
    points: of.kin.map(({ night }) => ({ night, value: byNight.get(night)?.middle ?? 0, state: 'quiet' })),
    missing: [],
    epochs: [],
  };
}
