import { html } from '../writers/html/html.ts';
import type { SiteView } from './site-page.ts';
import { hasText, siteFilter, siteSection, siteTable } from './site-page.ts';

/** A run in the index. */
export interface IndexedRun {
  readonly id: string;
  readonly night: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly suite: string;
  readonly profile: string;
  readonly measured: number;
  readonly machines: number;
  /** Why the others were not measured, with how many. */
  readonly reasons: readonly (readonly [string, number])[];
  readonly digest: string;
}

const mostListed = 500;

/** The runs of which all of this was read, the last first. */
export function runsPage(all: readonly IndexedRun[], sought: string): SiteView {
  const runs = all.filter(({ id, night, suite, profile }) => hasText(sought, [id, night, suite, profile]));
  return {
    title: 'Runs',
    note: 'The runs that are in the index, the last first. All that these pages show was read from them.',
    rows: () => [
      [
        'run',
        'night',
        'started',
        'suite',
        'profile',
        'measured',
        'machines',
        'not measured',
        'sha256 of its journals',
      ],
      ...runs.map(({ id, night, started, suite, profile, measured, machines, reasons, digest }) => [
        ...[id, night, started, suite, profile, measured, machines],
        ...[reasons.map(([reason, count]) => `${count} ${reason}`).join(', '), digest],
      ]),
    ],
    main: html`${siteFilter('Run, night, suite or profile', sought)}${siteSection(
      'runs',
      'Runs',
      'The verdict of a run: assay judge RUN.',
      runs.length === 0
        ? html`<p>No run${sought === '' ? ' is in the index' : ' is called like that'}.</p>`
        : html`${siteTable(
            'Runs in the index',
            ['Run', 'Night', 'Started', 'Suite and profile', 'Machines measured'],
            runs
              .slice(0, mostListed)
              .map(({ id, night, started, suite, profile, measured, machines, reasons }) => [
                html`<code>${id}</code>`,
                html`<span class="figure">${night}</span>`,
                html`<time datetime="${started}">${started.slice(0, 16).replace('T', ' ')} UTC</time>`,
                html`${suite}, ${profile}`,
                html`${measured} of ${machines}${reasons.map(([reason, count]) => html` <span class="word lost">○ ${count} ${reason}</span>`)}`,
              ]),
          )}${runs.length > mostListed ? html`<p class="note">${runs.length - mostListed} more are in the CSV.</p>` : undefined}`,
    )}`,
  };
}
