import type { Nights } from '../verdict/nights.ts';
import { html } from '../writers/html/html.ts';
import type { SiteView } from './site-page.ts';
import { hasText, nodeLink, siteFilter, siteSection, siteTable } from './site-page.ts';

/** When which machine was measured last, the longest not measured first. */
export interface Coverage {
  readonly machines: readonly CoveredMachine[];
  readonly nights: Pick<Nights, 'lastNight'>;
}

export interface CoveredMachine {
  readonly node: string;
  readonly rack: string | undefined;
  readonly last: string | undefined;
  /** Days from then to the last night; absent where it never was. */
  readonly age: number | undefined;
  /** Why there is nothing of the last night, or `measured`. */
  readonly tonight: string;
  /** Of the last 30 nights, on how many it was measured. */
  readonly ofThirty: number;
  readonly series: number;
  /** Of its series, how many were not measured on the night on which it was measured last. */
  readonly lacking: number;
}

/** Nights after which a machine that was not measured is marked. */
const oldAfter = 3;
/** Nights after which the night does not end well for it (as `maxGap` is shipped). */
const lostAfter = 7;
const mostListed = 1000;

/** Which machine was measured when last, the longest not measured first. */
export function coveragePage({ machines: known, nights: { lastNight } }: Coverage, sought: string): SiteView {
  const all = known.length;
  const covered = known.filter(({ age }) => age !== undefined && age < lostAfter).length;
  const machines = known.filter(({ node, rack }) => hasText(sought, [node, rack]));
  const old = machines.filter(({ age }) => age === undefined || age > oldAfter).length;
  return {
    title: 'Coverage',
    note: `When each machine was measured last. Older than ${oldAfter} nights is marked, older than ${lostAfter} more so.`,
    rows: () => [
      [
        'machine',
        'rack',
        'last measured',
        'nights since',
        'last night',
        'of the last 30 nights',
        'series',
        'lacking',
      ],
      ...machines.map(({ node, rack = '', last = '', age = '', tonight, ofThirty, series, lacking }) => [
        ...[node, rack, last, age, tonight, ofThirty, series, lacking],
      ]),
    ],
    main: html`<section id="verdict" class="verdict ${all === 0 ? 'lost' : covered === all ? 'none' : 'doubt'}" aria-labelledby="verdict-title">
<h2 id="verdict-title">${covered} of ${all} within 7 nights</h2>
<p>${old} of these machines were not measured for more than ${oldAfter} nights${lastNight === undefined ? '' : ` before ${lastNight}`}.</p>
</section>
${siteFilter('Machine or rack', sought)}${siteSection(
  'machines',
  'Machines',
  'Whatever was measured of it counts; what it lacks of its own series stands beside.',
  machines.length === 0
    ? html`<p>No machine${sought === '' ? ' is in the index' : ' has such a name'}.</p>`
    : html`${siteTable(
        'When machines were measured last',
        ['Machine', 'Last measured', 'Last night', 'Nights of 30', 'Series'],
        machines
          .slice(0, mostListed)
          .map(({ node, rack, last, age, tonight, ofThirty, series, lacking }) => [
            html`${nodeLink(node)}${rack === undefined ? undefined : html`<small>${rack}</small>`}`,
            age === undefined
              ? html`<span class="word lost">○ never</span>`
              : age > oldAfter
                ? html`<span class="word doubt">${age > lostAfter ? '◐◐' : '◐'} ${last}, ${age} nights ago</span>`
                : html`<span class="figure">${last}${age === 0 ? '' : `, ${age} night${age === 1 ? '' : 's'} ago`}</span>`,
            tonight === 'measured' ? html`measured` : html`<span class="word lost">○ ${tonight}</span>`,
            html`${ofThirty}`,
            lacking === 0
              ? html`${series}`
              : html`${series}, <span class="word doubt">◐ ${lacking} lacking</span>`,
          ]),
      )}${machines.length > mostListed ? html`<p class="note">${machines.length - mostListed} more are in the CSV.</p>` : undefined}`,
)}`,
  };
}
