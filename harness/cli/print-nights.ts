import { cleanText, escapeJson } from '../../reports/text/clean-text.ts';
import { MachineNights } from '../../reports/verdict/machine-nights.ts';
import { EventOfNights, Nights } from '../../reports/verdict/nights.ts';
import { foldNames } from '../../reports/verdict/words/fold-names.ts';
import {
  actionsOf,
  dateOf,
  eventState,
  eventSubject,
  isBad,
  nameOfMachine,
  offBy,
  offByAtWorst,
  speedWords,
  unjudgedWords,
} from '../../reports/verdict/words/night-words.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { History } from '../history/history.ts';
import type { Judgement } from '../history/judge-nights.ts';
import type { CliContext } from './command.ts';

/** What got worse, as a document; 1 when something did on the last night, 2 when nothing could be said of a series of it. */
export function nightsDocument(judgement: Judgement, zone: string): Nights {
  const { events, lastNight, machines, measured, unjudged, series } = judgement;
  const others = [...machines].filter(([, why]) => why !== 'measured');
  return Nights.parse({
    schema: 'assay/nights',
    schemaVersion: 1,
    zone,
    ...(lastNight === undefined ? {} : { lastNight: dateOf(lastNight) }),
    series,
    machines: {
      measured: machines.size - others.length,
      counted: judgement.counted,
      others: others.map(([node, why]) => ({ node, why })),
      lastMeasured: judgement.lastMeasured.map(({ node, night }) => ({ node, night: dateOf(night) })),
    },
    measured,
    unjudged: Object.fromEntries(unjudged),
    events: events.map(eventDocument),
    suspects: judgement.suspects.map(({ subject, machine, node, worst, ...each }) => ({
      series: each.series,
      subject,
      machine,
      node,
      worst,
    })),
    exitCode: events.some(isBad) ? 1 : unjudged.size > 0 || measured === 0 ? 2 : 0,
  });
}

/** An event as it stands in documents. */
export function eventDocument({
  spells,
  first,
  last,
  reopened,
  notes,
  ...event
}: Judgement['events'][number]): EventOfNights {
  return EventOfNights.parse({
    ...event,
    first: dateOf(first),
    last: dateOf(last),
    ...(reopened === undefined ? {} : { reopened: dateOf(reopened) }),
    spells: spells.map(({ stratum: _, id: _id, nights: _nights, confirmed: _c, ...spell }) => ({
      ...spell,
      first: dateOf(spell.first),
      last: dateOf(spell.last),
    })),
    notes: notes.map(({ at, author, action, words }) => ({ at, by: author, action, note: words })),
  });
}

/** Prints it; the exit code is its own. */
export function printEvents(nights: Nights, json: boolean, { out }: CliContext): ExitCode {
  const { events, lastNight, machines, exitCode } = nights;
  if (json) {
    out.write(`${escapeJson(JSON.stringify(nights, undefined, 1))}\n`);
    return exitCode;
  }
  const open = events.filter(({ state }) => state !== 'closed');
  for (const event of open) out.write(`${describeEvent(event)}\n`);
  for (const suspect of nights.suspects.slice(0, mostSuspects))
    out.write(
      `? ${cleanText(nameOfMachine(suspect))}: ${cleanText(suspect.series)}  ${offBy(suspect)}, on the last night alone\n`,
    );
  const missing = [...Map.groupBy(machines.others, (each) => each.why)].map(
    ([reason, those]) => `${those.length} ${reason} (${foldNames(those.map(({ node }) => node))})`,
  );
  out.write(
    `${lastNight === undefined ? 'no night yet' : `night ${lastNight}`}: ${[`${machines.measured} machines measured`, ...missing].join(', ')}; counters of ${machines.counted ?? 0} compared\n` +
      `${describeSeries(nights)}\nExit code ${exitCode}.\n`,
  );
  return exitCode;
}

/** How many series were measured on the last night, how events stand, and of how many series nothing can be said. */
export function describeSeries({ events, suspects, lastNight, measured, unjudged }: Nights): string {
  const reasons = Object.entries(unjudged);
  const silent = reasons.reduce((sum, [, each]) => sum + each, 0);
  const why = reasons
    .map(([reason, count]) => `${count} ${unjudgedWords[reason as keyof typeof unjudgedWords]}`)
    .join(', ');
  const open = events.filter(({ state }) => state !== 'closed');
  const now = open.filter(({ last }) => last === lastNight).length;
  const others = [
    ...(open.length > now ? [`${open.length - now} open from before`] : []),
    ...(events.length > open.length ? [`${events.length - open.length} closed`] : []),
    ...(suspects.length > 0 ? [`${suspects.length} suspect`] : []),
  ];
  return `${measured} series measured, ${now} events${others.map((each) => `, ${each}`).join('')}, ${silent} without a judgement${why === '' ? '' : ` (${why})`}`;
}

/** More of them than that are a reason to look at the night, not at each. */
const mostSuspects = 10;

/** What an event is about and how it stands, in several lines. */
export function describeEvent(event: Nights['events'][number]): string {
  const { id, first, last, spells } = event;
  const changes = [...new Set(spells.flatMap(({ change }) => change ?? []))];
  return [
    `${isBad(event) ? '✖' : '○'} ${cleanText(eventSubject(event))}: ${offByAtWorst(event)} since ${first}, last seen ${last}`,
    `    ${id}  ${eventState(event)}`,
    ...event.notes.map(
      ({ at, by, action, note }) => `    ${at.slice(0, 10)} ${action}, ${cleanText(by)}: ${cleanText(note)}`,
    ),
    ...spells.slice(0, 5).map((spell) => `    ${describeSpell(spell)}`),
    ...(spells.length > 5 ? [`    and ${spells.length - 5} more series`] : []),
    ...changes.map((change) => `    changed before: ${cleanText(change)}`),
    ...actionsOf(event).map((each) => `    ${cleanText(each)}`),
  ].join('\n');
}

type Spell = Nights['events'][number]['spells'][number];

const describeSpell = (spell: Spell): string =>
  `${cleanText(spell.subject)}  ${cleanText(spell.series)}  ${offBy(spell)}  ${spell.speeds.map((each) => speedWords[each]).join(', ')}`;

/** The last digits of a share say nothing, and are not kept everywhere. */
const rounded = (value: number | undefined, digits: number): number | undefined =>
  value === undefined ? undefined : Number(value.toFixed(digits));

/** The series of a machine as a document. */
export const machineDocument = (
  machine: string,
  shown: Awaited<ReturnType<History['show']>>,
): MachineNights =>
  MachineNights.parse({
    schema: 'assay/machine-nights',
    schemaVersion: 1,
    machine,
    series: shown.map(({ row, nights, findings }) => {
      const { subject, metric, title, dimensions, tool, unit, better } = row;
      const all = nights.map(({ night, value }, at) => {
        const { state = 'unjudged', speeds = [], change, deviation } = findings[at] ?? {};
        const off = { change: rounded(change, 6), deviation: rounded(deviation, 4) };
        return { night: dateOf(night), value, state, speeds, ...off };
      });
      return { subject, metric, title, dimensions, tool, unit, better, nights: all };
    }),
  });

/** Prints it; 2 where there is no such machine. */
export function printMachine(document: MachineNights, json: boolean, { out }: CliContext): ExitCode {
  const { series } = document;
  if (json) out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
  else
    for (const { title, dimensions, tool, unit, nights } of series) {
      out.write(
        `${[title, dimensions, tool, unit]
          .filter((text) => text !== '')
          .map(cleanText)
          .join('  ')}\n`,
      );
      for (const { night, value, state, change } of nights) {
        const off = change === undefined ? '' : `  ${(100 * change).toFixed(1)} %`;
        out.write(`  ${night}  ${value.toPrecision(6)}  ${state}${off}\n`);
      }
    }
  if (series.length > 0) return exitCodes.pass;
  if (!json) out.write('No series of such a machine.\n');
  return exitCodes.undecided;
}
