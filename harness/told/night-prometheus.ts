import { cleanText } from '../../reports/text/clean-text.ts';
import type { Nights } from '../../reports/verdict/nights.ts';

/** The verdict of a profile on a node, as far as the caller has one. */
export interface NodeVerdict {
  readonly node: string;
  readonly profile: string;
  readonly state: 'pass' | 'fail' | 'undecided';
}

const scopes = ['fleet', 'change', 'domain', 'machine'] as const;
const standings = ['new', 'still', 'unseen', 'healed'] as const;
const states = ['open', 'acknowledged'] as const;
const dayS = 86_400;

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

/**
 * What a night says, in the text format of Prometheus 0.0.4, for the textfile collector of its node exporter. Serial numbers, metrics and
 * ids of events are no labels: there is no end of them.
 */
export function nightPrometheus(nights: Nights, nowS: number, verdicts: readonly NodeVerdict[] = []): string {
  const { events, machines, lastNight } = nights;
  const open = events.filter(({ state }) => state !== 'closed');
  const count = (scope: string, standing: string, state: string): number =>
    open.filter((each) => each.scope === scope && each.standing === standing && each.state === state).length;
  const bad = open.filter(({ standing, scope }) => scope === 'machine' && standing !== 'healed');
  const byNode = Map.groupBy(bad, ({ spells, about }) => spells[0]?.node ?? about);
  const byReason = [...Map.groupBy(machines.others, ({ why }) => why)];
  const silent = Object.entries(nights.unjudged);
  const families: readonly (readonly [name: string, help: string, rows: readonly Row[]])[] = [
    [
      'assay_events_open',
      'Events that nobody closed, by how many they are about, and how they stand on the last night.',
      scopes.flatMap((scope) =>
        standings.flatMap((standing) =>
          states.map((state): Row => [{ scope, standing, state }, count(scope, standing, state)]),
        ),
      ),
    ],
    [
      'assay_node_events_open',
      'Events of one machine that are not closed and did not heal.',
      [...byNode].map(([node, those]) => [{ node }, those.length]),
    ],
    [
      'assay_machines',
      'Machines of the last night and of the week before it, by what became of them.',
      [
        [{ state: 'measured' }, machines.measured],
        ...byReason.map(([state, those]): Row => [{ state }, those.length]),
      ],
    ],
    [
      'assay_node_last_measured_timestamp_seconds',
      'When the last night began on which something of a machine was measured, as the start of that date in UTC.',
      machines.lastMeasured.map(({ node, night }) => [{ node }, secondsOf(night)]),
    ],
    ['assay_series_measured', 'Series measured on the last night.', [[{}, nights.measured]]],
    [
      'assay_series_without_judgement',
      'Series of the last night of which nothing can be said.',
      ['few-nights', 'few-peers', 'no-ratio'].map((reason) => [
        { reason },
        silent.find(([each]) => each === reason)?.[1] ?? 0,
      ]),
    ],
    ['assay_suspects', 'Series that were worse on the last night alone.', [[{}, nights.suspects.length]]],
    [
      'assay_last_night_timestamp_seconds',
      'The start of the date of the last night in UTC.',
      lastNight === undefined ? [] : [[{}, secondsOf(lastNight)]],
    ],
    [
      'assay_verdict',
      'Whether the verdict of a profile on a node is this one.',
      verdicts.flatMap(({ node, profile, state }) =>
        (['pass', 'fail', 'undecided'] as const).map(
          (each): Row => [{ node, profile, state: each }, each === state ? 1 : 0],
        ),
      ),
    ],
    ['assay_export_timestamp_seconds', 'When this was written.', [[{}, nowS]]],
  ];
  return families
    .filter(([, , rows]) => rows.length > 0)
    .flatMap(([name, help, rows]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...rows.map(([labels, value]) => `${name}${writeLabels(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** The start of a date in UTC, in seconds since 1970. */
const secondsOf = (date: string): number => Math.round(Date.parse(date) / 1000 / dayS) * dayS;

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels).map(
    ([name, value]) => `${name}="${cleanText(value).replace(/[\\"]/g, '\\$&')}"`,
  );
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}
