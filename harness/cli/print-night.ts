import { cleanText, escapeJson } from '../../reports/text/clean-text.ts';
import type { Night } from '../../reports/verdict/night.ts';
import { foldNames } from '../../reports/verdict/words/fold-names.ts';
import type { CliContext } from './command.ts';
import { describeEvent, describeSeries } from './print-nights.ts';

/** More lines of a kind nobody reads in the morning: the report of the run has them all. */
const mostLines = 20;

/** Prints what a night came to, what to act on first. */
export function printNight(night: Night, json: boolean, { out }: CliContext): void {
  if (json) {
    out.write(`${escapeJson(JSON.stringify(night, undefined, 1))}\n`);
    return;
  }
  const { coverage, machines, failed, undecided, fresh, nights, exitCode } = night;
  const measured = machines.filter(({ state }) => state === 'measured').length;
  const headline = [
    `${measured} of ${machines.length} machines measured`,
    `${coverage.measured} of ${coverage.of} within ${coverage.nights} nights`,
    `${failed.length} required cells fail`,
    `${undecided.length} undecided`,
    `${fresh.length} new events`,
  ];
  out.write(`night ${night.night} (${cleanText(night.zone)}): ${headline.join(' · ')}\n`);
  for (const line of listed(failed, '✖')) out.write(`${line}\n`);
  for (const line of listed(undecided, '?')) out.write(`${line}\n`);
  for (const line of absences(machines)) out.write(`${line}\n`);
  out.write('\n');
  for (const event of nights.events)
    out.write(`${fresh.includes(event.id) ? 'new ' : '    '}${describeEvent(event)}\n`);
  out.write(`${describeSeries(nights)}\n`);
  out.write(`Exit code ${exitCode}: ${meanings[exitCode]}\n`);
}

const meanings: Readonly<Record<Night['exitCode'], string>> = {
  0: 'nothing new.',
  1: 'a required limit is not met, or something was confirmed to have got worse.',
  2: 'something that is required is undecided, or a machine was not measured for too long.',
  3: 'no machine was measured.',
};

function listed(unmet: Night['failed'], mark: string): readonly string[] {
  const lines = unmet.map(({ cell, title, reason }) => `  ${mark} ${cell}: ${title}: ${reason}`);
  const more = lines.length - mostLines;
  return [
    ...lines.slice(0, mostLines),
    ...(more > 0 ? [`  ${mark} and ${more} more: see the report of the run`] : []),
  ].map(cleanText);
}

const formatNights = (nights: number): string => `${nights} ${nights === 1 ? 'night' : 'nights'}`;

/** Who was not measured, by the reason and by when they last were; those for too long by themselves. */
function absences(machines: Night['machines']): readonly string[] {
  const absent = machines.filter(({ state }) => state !== 'measured');
  const alike = Map.groupBy(absent, ({ state, isOverdue, last, nights }) => {
    const since = last === undefined ? `never, for ${formatNights(nights)}` : `last on ${last}`;
    return `${state}${isOverdue ? `: NOT FOR ${formatNights(nights).toUpperCase()}` : ''} (${since})`;
  });
  return [...alike].map(
    ([why, those]) =>
      `  – not measured: ${cleanText(foldNames(those.map(({ node }) => node)))}, ${cleanText(why)}`,
  );
}
