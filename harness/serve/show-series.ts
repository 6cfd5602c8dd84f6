import type { ShownSeries } from '../../reports/site/night-figures.ts';
import { siteHref } from '../../reports/site/site-page.ts';
import { wordsOf } from '../history/judge-nights.ts';
import type { KeptSeries } from './kept-series.ts';
import { shownOf } from './kept-series.ts';

/** Nights that a page shows. */
export const nightsShown = 90;

/** From which night to which is shown: not from before the first one, and from a night that has to be seen. */
export function periodOf(
  runs: readonly { readonly night: number }[],
  last: number,
  seen = last,
): readonly [number, number] {
  const first = runs.reduce((least, { night }) => Math.min(least, night), last);
  return [Math.min(Math.max(last - nightsShown + 1, first), Math.max(seen - 14, first)), last];
}

/** A series as pages draw it, from one night to another. */
export function showSeries(
  kept: KeptSeries,
  [from, to]: readonly [number, number],
  since?: number,
): ShownSeries {
  const { row, kin, nights, epochs, node } = kept;
  const isWithin = ({ night }: { readonly night: number }): boolean => night >= from && night <= to;
  const measured = new Set(nights);
  const begun = nights[0] ?? to;
  return {
    title:
      row.subject.startsWith(`${node}/`) || row.subject === node ? row.subject : `${node} (${row.subject})`,
    href: siteHref(['node', node]),
    words: wordsOf(row),
    unit: row.unit,
    better: row.better,
    points: shownOf(kept)
      .findings.map(({ night, state }, at) => ({ night, state, value: kept.values[at] ?? 0 }))
      .filter(isWithin),
    kin: kinOf(kept).filter(isWithin),
    missing: [...kin.byNight.keys()]
      .filter((night) => night > begun && night >= from && night <= to && !measured.has(night))
      .toSorted((a, b) => a - b),
    epochs: epochs.filter(isWithin),
    since,
  };
}

/** What all of a stratum measured, as one series: the middle of it. */
export function showStratum(kept: KeptSeries, nights: readonly [number, number], since: number): ShownSeries {
  const of = showSeries(kept, nights, since);
  const { kin } = kept;
  return {
    ...of,
    title: `all of ${kept.row.kind}`,
    href: undefined,
    points: of.kin.map(({ night }) => ({
      night,
      value: kin.byNight.get(night)?.middle ?? 0,
      state: 'quiet',
    })),
    missing: [],
    epochs: [],
  };
}

const kinOf = ({ kin }: KeptSeries): { night: number; low: number; high: number }[] =>
  [...kin.byNight]
    .map(([night, { low, high }]) => ({ night, low, high }))
    .toSorted((a, b) => a.night - b.night);
