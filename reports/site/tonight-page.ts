import type { Nights } from '../verdict/nights.ts';
import { foldNames } from '../verdict/words/fold-names.ts';
import type { NightEvent } from '../verdict/words/night-words.ts';
import {
  actionsOf,
  eventSubject,
  gravityOfEvent,
  isBad,
  offByAtWorst,
  speedWords,
  unjudgedWords,
} from '../verdict/words/night-words.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import type { SiteRows, SiteView } from './site-page.ts';
import {
  hasText,
  nodeLink,
  siteFilter,
  siteHref,
  siteLink,
  siteSection,
  siteSelect,
  siteTable,
} from './site-page.ts';
import { stateWord } from './state-word.ts';

export interface Tonight {
  /** As they were on the night that is shown, which is `lastNight` in it. */
  readonly nights: Nights;
  readonly sought: string;
  /** Nights that can be shown, oldest first. */
  readonly dates: readonly string[];
}

/** More are not listed one by one; the CSV has all. */
const mostListed = 200;

/** What a night says, the last one if no other is asked for: how much was measured, what got worse, what was not measured and what nothing can be said of. */
export function tonightPage({ nights, sought, dates }: Tonight): SiteView {
  const { machines, unjudged, lastNight = '' } = nights;
  const last = dates.at(-1);
  const isLast = last === undefined || lastNight === last;
  const night = isLast ? 'the last night' : 'this night';
  const at = dates.indexOf(lastNight);
  const nightLink = (date: string | undefined) =>
    date === undefined
      ? undefined
      : { href: siteHref([''], { night: date === last ? undefined : date, q: sought }), text: date };
  const events = worstFirst(nights.events.filter((event) => isSought(event, sought)));
  const { now = [], past = [] } = Object.groupBy(events, (event) => (isBad(event) ? 'now' : 'past'));
  const others = machines.others.filter(({ node, why }) => hasText(sought, [node, why]));
  const silent = Object.entries(unjudged) as [keyof typeof unjudgedWords, number][]; // its keys, by its schema
  return {
    title: isLast ? 'Tonight' : `The night of ${lastNight}`,
    note: `What ${night} says: what got worse, what was not measured, and what nothing can be said of.${isLast ? '' : ' Events have all that is known of them by now.'}`,
    beside: { previous: nightLink(dates[at - 1]), next: at < 0 ? undefined : nightLink(dates[at + 1]) },
    rows: () => rowsOf({ events, others, silent }),
    main: html`${opening(nights)}${siteFilter(
      'Machine, metric or cause',
      sought,
      html`${siteSelect(
        'Night',
        'night',
        lastNight,
        dates.toReversed().map((each) => [each, each]),
      )} `,
    )}${siteSection(
      'events',
      'What got worse',
      `Found on ${night}, worst first. An event is one cause, as far as that can be told.`,
      eventList(now, `Nothing was found on ${night}.`),
    )}${siteSection(
      'not-measured',
      'Not measured',
      'Nothing is known of these machines on that night. That is no pass.',
      others.length === 0
        ? html`<p>Every machine that was seen within a week was measured.</p>`
        : siteTable(
            'Machines that were not measured',
            ['Machine', 'Why'],
            others
              .slice(0, mostListed)
              .map(({ node, why }) => [nodeLink(node), html`<span class="word lost">○ ${why}</span>`]),
          ),
    )}${siteSection(
      'no-judgement',
      'No judgement',
      'Measured on that night, and nothing can be said of whether it got worse.',
      silent.length === 0
        ? html`<p>Something can be said of every series that was measured.</p>`
        : html`<ul>${silent.map(([reason, count]) => html`<li><span class="word doubt">◐ ${count} series</span> ${unjudgedWords[reason]}</li>`)}</ul>`,
    )}${siteSection(
      'past',
      'Before',
      `Found on earlier nights and not on ${night}, or closed. Going quiet closes nothing: a person does.`,
      eventList(past.toReversed(), 'No event of earlier nights.'),
    )}`,
  };
}

/** Counts before anything else. A night is good only where all machines were measured and something can be said of every series. */
function opening(nights: Nights): SafeHtml {
  const { lastNight, machines, measured, unjudged, events } = nights;
  const now = events.filter(isBad);
  const fresh = now.filter(({ standing }) => standing === 'new').length;
  const silent = Object.values(unjudged).reduce((sum, each) => sum + each, 0);
  const missing = machines.others.length;
  const isWhole = measured > 0 && silent === 0 && missing === 0;
  const [tone, mark, words] =
    lastNight === undefined
      ? ['lost', '○', 'No night yet']
      : now.length > 0
        ? ['bad', '✖', now.length === 1 ? 'One thing is worse' : `${now.length} things are worse`]
        : isWhole
          ? ['good', '●', 'Nothing got worse']
          : ['doubt', '◐', 'Nothing found, and not all is known'];
  const counts = [
    [`${machines.measured} of ${machines.measured + missing}`, 'machines measured'],
    [String(now.length), now.length === 0 ? 'events' : `events, ${fresh} of them new`],
    [String(missing), 'machines not measured'],
    [`${silent} of ${measured}`, 'series without a judgement'],
  ] as const;
  return html`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><span class="mark" aria-hidden="true">${mark}</span> ${words}</h2>
<ul class="counts plain">${counts.map(([count, of]) => html`<li><b>${count}</b> ${of}</li>`)}</ul>
</section>
`;
}

const worstFirst = (events: readonly NightEvent[]): readonly NightEvent[] =>
  events.toSorted((a, b) => gravityOfEvent(a) - gravityOfEvent(b) || b.subjects.length - a.subjects.length);

const isSought = (event: NightEvent, sought: string): boolean =>
  hasText(sought, [
    eventSubject(event),
    ...event.subjects,
    ...event.spells.flatMap(({ series, change }) => [series, change]),
  ]);

function eventList(events: readonly NightEvent[], none: string): SafeHtml {
  if (events.length === 0) return html`<p>${none}</p>`;
  return html`<ol class="events plain">${events.slice(0, mostListed).map((event) => {
    const speeds = [...new Set(event.spells.flatMap((spell) => spell.speeds))];
    const changes = [...new Set(event.spells.flatMap(({ change }) => change ?? []))];
    const series = [...new Set(event.spells.map((spell) => spell.series))];
    return html`<li>
<p class="line">${stateWord(event)} <span class="figure">${offByAtWorst(event)}</span> <b>${siteLink(siteHref(['event', event.id]), eventSubject(event))}</b></p>
<p>Since ${event.first}, last found ${event.last}: ${speeds.map((speed) => speedWords[speed]).join(', ')}.</p>
<p class="note">${series.slice(0, 3).join('; ')}${series.length > 3 ? ` and ${series.length - 3} more metrics` : ''}. ${event.subjects.length > 1 ? foldNames(event.subjects) : ''}</p>
${changes.map((change) => html`<p>Changed before: <bdi>${change}</bdi></p>`)}${actionsOf(event).map((each) => html`<p>${each}</p>`)}</li>
`;
  })}</ol>${events.length > mostListed ? html`<p class="note">${events.length - mostListed} more are in the CSV.</p>` : undefined}
`;
}

function rowsOf({
  events,
  others,
  silent,
}: {
  readonly events: readonly NightEvent[];
  readonly others: Nights['machines']['others'];
  readonly silent: readonly (readonly [keyof typeof unjudgedWords, number])[];
}): SiteRows {
  return [
    [
      'what',
      'event',
      'about',
      'subject',
      'series',
      'off',
      'rules',
      'first',
      'last',
      'changed before',
      'why',
      'to do',
    ],
    ...events.flatMap((event) =>
      event.spells.map(({ subject, series, worst, grew, speeds, first, last, change = '', action = '' }) => [
        ...[
          'event',
          event.id,
          eventSubject(event),
          subject,
          series,
          grew ?? worst,
          speeds.join(' '),
          first,
          last,
          change,
          '',
          action,
        ],
      ]),
    ),
    ...others.map(({ node, why }) => ['not measured', '', '', node, '', '', '', '', '', '', why, '']),
    ...silent.map(([reason, count]) => [
      ...['no judgement', '', '', '', `${count} series`, '', '', '', '', '', unjudgedWords[reason], ''],
    ]),
  ];
}
