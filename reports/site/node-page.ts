import type { MachineNights } from '../verdict/machine-nights.ts';
import type { NightEvent } from '../verdict/words/night-words.ts';
import { offByAtWorst } from '../verdict/words/night-words.ts';
import { html } from '../writers/html/html.ts';
import type { ShownSeries } from './night-figures.ts';
import { nightFigures } from './night-figures.ts';
import type { SiteView } from './site-page.ts';
import { siteFilter, siteHref, siteLink, siteSection } from './site-page.ts';
import { stateWord } from './state-word.ts';

/** A machine with all its series. */
export interface ShownNode {
  readonly document: MachineNights;
  readonly rack: string | undefined;
  /** Its last night, and why there is none since. */
  readonly lastMeasured: string | undefined;
  readonly tonight: string | undefined;
  readonly lastRun: string | undefined;
  readonly events: readonly { readonly event: NightEvent; readonly who: string }[];
  readonly lastNight: string | undefined;
  readonly series: readonly ShownSeries[];
  readonly more: number;
  readonly nights: readonly [number, number];
  readonly sought: string;
  /** The command that says what its limits are. */
  readonly limitsBy: string | undefined;
}

/** One machine: what happened to it, and each of its series, those of one metric on one scale. */
export function nodePage(it: ShownNode): SiteView {
  const { document, rack, lastMeasured, tonight, events, lastNight, series, more, nights, sought, limitsBy } =
    it;
  const isMeasured = tonight === 'measured';
  return {
    title: document.machine,
    note:
      rack === undefined ? 'One machine, night by night.' : `One machine, in rack ${rack}, night by night.`,
    rows: () => [
      [
        'subject',
        'metric',
        'title',
        'dimensions',
        'tool',
        'unit',
        'better',
        'night',
        'value',
        'state',
        'rules',
        'off',
        'deviation',
      ],
      ...document.series.flatMap(({ subject, metric, title, dimensions, tool, unit, better, nights: all }) =>
        all.map(({ night, value, state, speeds, change = '', deviation = '' }) => [
          ...[subject, metric, title, dimensions, tool, unit, better],
          ...[night, value, state, speeds.join(' '), change, deviation],
        ]),
      ),
    ],
    main: html`${siteFilter('Metric or device', sought)}${siteSection(
      'state',
      'Now',
      'What the last night has of it.',
      html`<p>${
        isMeasured
          ? html`<span class="word none">● measured on ${lastNight}</span>`
          : html`<span class="word lost">○ ${tonight ?? 'not in the runs of the last week'}</span>, last measured ${lastMeasured ?? 'never'}`
      }.</p>
<p>${document.series.length} series.${rack === undefined ? undefined : html` ${siteLink(siteHref(['fleet'], { rack, by: 'device' }), `The rack ${rack}`)}`}</p>
${limitsBy === undefined ? undefined : html`<p>Limits are judged in each run, by its profile: <code>${limitsBy}</code></p>`}`,
    )}${siteSection(
      'events',
      'Events',
      'What was found of it, the last first.',
      events.length === 0
        ? html`<p>No event.</p>`
        : html`<ul class="standings plain">${events.map(
            ({ event, who }) =>
              html`<li>${stateWord(event)} <span class="figure">${offByAtWorst(event)}</span> ${siteLink(siteHref(['event', event.id]), who)} since ${event.first}, last found ${event.last}</li>`,
          )}</ul>
`,
    )}${siteSection(
      'series',
      'Night by night',
      more === 0
        ? 'Worst first; those of one metric are on one scale.'
        : `Worst first; ${more} more series are not drawn: search, or take the CSV.`,
      series.length === 0
        ? html`<p>No series of it${sought === '' ? '' : ' has such a name'}.</p>`
        : nightFigures(series, nights),
    )}`,
  };
}
