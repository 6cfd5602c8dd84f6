import type { NightEvent } from '../verdict/words/night-words.ts';
import { actionsOf, dateOf, offBy, offByAtWorst, speedWords } from '../verdict/words/night-words.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import type { ShownSeries } from './night-figures.ts';
import { nightFigures } from './night-figures.ts';
import type { SiteLink, SiteView } from './site-page.ts';
import { nodeLink, siteSection, siteTable } from './site-page.ts';
import { stateWord } from './state-word.ts';

/** An event with the series that show it. */
export interface ShownEvent {
  readonly event: NightEvent;
  /** Whom it is about, by name. */
  readonly who: string;
  /** Its machines by name. */
  readonly machines: readonly string[];
  /** The last run before it and the first one in it, of the machine that shows it most. */
  readonly lastGood: RunOfNight | undefined;
  readonly firstBad: RunOfNight | undefined;
  /** Command lines to be pasted, each with what it is for. */
  readonly commands: readonly { readonly line: string; readonly what: string }[];
  readonly series: readonly ShownSeries[];
  /** How many more there are than are drawn. */
  readonly more: number;
  readonly nights: readonly [number, number];
  readonly previous: SiteLink | undefined;
  readonly next: SiteLink | undefined;
}

export interface RunOfNight {
  readonly run: string;
  readonly date: string;
}

/** How an event stands, with all that people said of it. */
const standingOf = (event: NightEvent): SafeHtml =>
  html`${stateWord(event)}${event.notes.map(
    ({ at, by, action, note }) =>
      html`<br><span class="figure">${at.slice(0, 10)}</span> ${action}, <bdi>${by}</bdi>: <bdi>${note}</bdi>`,
  )}`;

/** One event: what, since when, by which rule, what changed before, how to look further, and its series. */
export function eventPage(it: ShownEvent): SiteView {
  const { event, who, machines, lastGood, firstBad, commands, series, more, nights } = it;
  const { first, last, spells, id } = event;
  const speeds = [...new Set(spells.flatMap((spell) => spell.speeds))];
  const changes = [...new Set(spells.flatMap(({ change }) => change ?? []))];
  const runOf = (run: RunOfNight | undefined): SafeHtml =>
    run === undefined ? html`not known` : html`${run.date}, run <code>${run.run}</code>`;
  const facts: readonly (readonly [string, SafeHtml])[] = [
    [
      'What',
      html`<b>${offByAtWorst(event)}</b> of <bdi>${who}</bdi>, by the worst of ${spells.length} series`,
    ],
    ['State', standingOf(event)],
    ['Since', html`${first}, last found ${last}`],
    ['Rule', html`${speeds.map((speed) => `${speed} (${speedWords[speed]})`).join(', ')}`],
    [
      'Changed before',
      changes.length === 0
        ? html`nothing that is known`
        : html`${changes.map((change) => html`<bdi>${change}</bdi> `)}`,
    ],
    ...actionsOf(event).map((each) => ['To do', html`${each}`] as const),
    ['Last good', runOf(lastGood)],
    ['First bad', runOf(firstBad)],
    [
      'Machines',
      html`${machines.slice(0, mostNamed).map((machine) => html`${nodeLink(machine)} `)}${machines.length > mostNamed ? `and ${machines.length - mostNamed} more` : ''}`,
    ],
    ['Id', html`<code>${id}</code>`],
  ];
  return {
    title: `${who}: ${offByAtWorst(event)}`,
    note: 'One event: what got worse together, as far as that can be told.',
    beside: { previous: it.previous, next: it.next },
    rows: () => [
      ['subject', 'series', 'unit', 'night', 'value', 'state', 'kind low', 'kind high'],
      ...series.flatMap(({ title, words, unit, points, kin }) => {
        const band = new Map(kin.map((each) => [each.night, each]));
        return points.map(({ night, value, state }) => [
          ...[title, words, unit, dateOf(night), value, state],
          ...[band.get(night)?.low ?? '', band.get(night)?.high ?? ''],
        ]);
      }),
    ],
    main: html`${siteSection(
      'event',
      'The event',
      'An index of runs says so; what the run itself says is behind the commands.',
      html`<dl class="facts">${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
`,
    )}${siteSection(
      'further',
      'Look further',
      'To be run where the runs are.',
      commands.length === 0
        ? html`<p>No run of these nights is known for it.</p>`
        : html`<dl class="commands">${commands.map(({ line, what }) => html`<div><dt><code>${line}</code></dt><dd>${what}</dd></div>`)}</dl>
`,
    )}${siteSection(
      'series',
      'Night by night',
      more === 0 ? 'Worst first.' : `Worst first; ${more} more series are not drawn.`,
      html`${nightFigures(series, nights)}${siteTable(
        'Series of the event',
        ['Subject', 'Series', 'Off', 'Rule', 'First', 'Last'],
        spells
          .slice(0, mostRows)
          .map((spell) => [
            html`<bdi>${spell.subject}</bdi>`,
            html`${spell.series}`,
            html`<span class="figure">${offBy(spell)}</span>`,
            html`${spell.speeds.map((speed) => speedWords[speed]).join(', ')}`,
            html`<span class="figure">${spell.first}</span>`,
            html`<span class="figure">${spell.last}</span>`,
          ]),
      )}${spells.length > mostRows ? html`<p class="note">${spells.length - mostRows} more series stand in <code>assay history events --json</code>.</p>` : undefined}`,
    )}`,
  };
}

const mostNamed = 64;
const mostRows = 100;
