import type { Claim, ClaimRun } from '../verdict/claim.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { eventState, eventSubject, formatNightValue, offBy } from '../verdict/words/night-words.ts';
import { md } from './markdown.ts';

const marks = { 'a breach is shown': '✖', 'no breach is shown': '○', 'cannot be decided': '?' } as const;

/** A claim as Markdown: what it comes to, then the timeline, then what it rests on, and what is not shown. */
export function claimMarkdown(claim: Claim): string {
  const { machine, window, contract, deadline, breaches, coverage, conclusion, exitCode } = claim;
  const others = machine.names.filter((name) => name !== machine.id);
  const called = others.length === 0 ? machine.id : `${others.join(', ')} (${machine.id})`;
  return [
    `# Claim: ${md(called)}, ${window.from} to ${window.to}`,
    '',
    `**${marks[conclusion]} ${sentences[conclusion]}** Exit code ${exitCode}.`,
    '',
    ...(deadline === undefined
      ? []
      : [
          `**Claim by ${deadline.claimBy}** (${deadline.withinDays} days after the night): ${deadline.state}.`,
          '',
        ]),
    `- Contract: ${md(contract.title)} (${md(contract.id)}), by ${md(contract.by)}, ${contract.date}; sha256 \`${contract.sha256}\``,
    `- For: ${md(contract.profile)}, class ${md(contract.class)}`,
    `- Nights: ${window.nights} (${md(window.zone)}); measured on ${coverage.measured}, not measured on ${coverage.unmeasured}, in no run on ${coverage.withoutRun}`,
    `- Made ${claim.at} by Assay ${md(claim.assay)}`,
    '',
    ...table(
      'Clauses',
      ['', 'requirement', 'stated', 'where', 'in the words of the contract'],
      [
        ...contract.clauses.map((each, at) => [
          `${at + 1}`,
          ...[each.requirement, each.expected, each.where ?? '', each.says].map(md),
        ]),
      ],
    ),
    ...table(
      'Breaches',
      ['night', 'run', 'cell', 'clause', 'claim by'],
      [
        ...breaches.map((each) => [
          each.night,
          ...[each.run, each.cell].map(md),
          `${each.clause}`,
          each.claimBy ?? '',
        ]),
      ],
    ),
    ...timeline(claim),
    ...list('Events', claim.events.flatMap(describeEvent)),
    ...list(
      'Repairs',
      claim.repairs.map((each) =>
        each.source === 'run'
          ? `${each.at}: ${md(each.part)}, measured again in ${md(each.run)}`
          : `${each.at}: ${md(each.note)} (${md(each.by)}, event \`${each.event}\`)`,
      ),
    ),
    ...list(
      'Attempts that are in no run of the index',
      claim.attempts.map(
        ({ entry, at, run, suite, end }) => `entry ${entry}, ${at}: ${md(run)}, ${md(suite)}, ${md(end)}`,
      ),
    ),
    ...list(
      'Imported numbers, which support nothing alone',
      claim.imported.map(
        ({ series, unit, nights }) =>
          `${md(series)}: ${nights.map(({ night, value }) => `${night} ${md(formatNightValue(value, unit))}`).join(', ')}`,
      ),
    ),
    ...list('Not shown', claim.notShown.map(md)),
    ...evidence(claim),
  ].join('\n');
}

const sentences: Readonly<Record<Claim['conclusion'], string>> = {
  'a breach is shown': 'A breach is shown by runs that count.',
  'no breach is shown': 'No breach is shown by the runs that count.',
  'cannot be decided': 'Nothing can be decided: no run that counts decides a clause.',
};

/** Runs and gaps in the order of nights; a run has a row for each cell of a clause. */
function timeline({ runs, gaps }: Claim): readonly string[] {
  const rows = [
    ...runs.flatMap((run) => rowsOf(run).map((row) => [run.night, ...row])),
    ...gaps.map(({ from, to, nights }) => [
      from,
      '–',
      from === to ? 'no run' : `no run until ${to} (${nights} nights)`,
      '',
      '',
      '',
      'no evidence',
    ]),
  ];
  return table(
    'Timeline',
    ['night', 'run', 'what', 'verdict', 'stated', 'found', 'counts'],
    rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
  );
}

function rowsOf({ run, state, counts, why, cells }: ClaimRun): readonly (readonly string[])[] {
  const says = counts ? 'yes' : `no: ${md(why ?? '')}`;
  if (cells.length === 0) return [[md(run), md(state), '', '', '', says]];
  return cells.map((cell) => [
    md(run),
    md(state === 'measured' ? cell.cell : `${cell.cell} (${state})`),
    `${cell.verdict}${cell.waived ? ', waived' : ''}`,
    md(formatLimit(cell)),
    md(cell.observed === undefined ? cell.reason : formatObserved(cell)),
    cell.clause === undefined && counts ? 'no: decided by no clause' : says,
  ]);
}

function describeEvent(event: Claim['events'][number]): readonly string[] {
  const worst = event.spells.toSorted((a, b) => a.worst - b.worst)[0];
  const off = worst === undefined ? '' : `${worst.series} ${offBy(worst)}, `;
  return [
    `\`${event.id}\` ${md(eventSubject(event))}: ${md(off)}${event.first} to ${event.last}; ${md(eventState(event))}`,
    ...event.notes.map(
      ({ at, by, action, note }) => `  ${at.slice(0, 10)} ${action}, ${md(by)}: ${md(note)}`,
    ),
  ];
}

/** What the claim rests on, by digests: whoever gets it asks for these files. */
function evidence({ runs, ledger }: Claim): readonly string[] {
  const found = runs.filter((run) => run.evidence !== undefined);
  return [
    ...table(
      'Evidence',
      ['run', 'begun with', 'ledger', 'files', 'sha256 of the list of its files'],
      [
        ...found.map(({ run, begunWith = '', ledger: place, evidence: all }) => [
          md(run),
          begunWith,
          place === undefined ? 'none' : `entry ${place.entry}, ${md(place.end)}`,
          `${all?.files ?? 0}, ${all?.bytes ?? 0} bytes`,
          `\`${all?.sha256 ?? ''}\``,
        ]),
      ],
    ),
    ...table(
      'Documents',
      ['file', 'bytes', 'sha256'],
      [
        ...found.flatMap(({ documents }) =>
          documents.map(({ path, bytes, sha256 }) => [md(path), `${bytes}`, `\`${sha256}\``]),
        ),
      ],
    ),
    '## Ledger',
    '',
    `${md(ledger.origin)}, ${ledger.size} entries, key \`${ledger.key}\``,
    '',
  ];
}

const list = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? []
    : [
        `## ${title}`,
        '',
        ...lines.map((line) => (line.startsWith('  ') ? `  - ${line.trim()}` : `- ${line}`)),
        '',
      ];

const table = (
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] =>
  rows.length === 0
    ? []
    : [
        `## ${title}`,
        '',
        `| ${head.join(' | ')} |`,
        `| ${head.map(() => '---').join(' | ')} |`,
        ...rows.map((row) => `| ${row.join(' | ')} |`),
        '',
      ];
