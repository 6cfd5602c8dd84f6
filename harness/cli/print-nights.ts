import { cleanText, escapeJson } from '../../reports/text/clean-text.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { History, Judgement } from '../history/history.ts';
import type { NightEvent, Spell } from '../nights/fold-events.ts';
import { dateOf } from './add-nights.ts';
import type { CliContext } from './command.ts';

/** Prints what got worse; 1 when something did on the last night, 2 when nothing could be said of a series of it. */
export function printEvents(judgement: Judgement, json: boolean, { out }: CliContext): ExitCode {
  const { events, lastNight, measured, unjudged } = judgement;
  const silent = [...unjudged.values()].reduce((sum, each) => sum + each, 0);
  const isBad = events.some(({ last }) => last === lastNight);
  const exitCode = isBad
    ? exitCodes.fail
    : silent > 0 || measured === 0
      ? exitCodes.undecided
      : exitCodes.pass;
  if (json) {
    const document = { ...judgement, unjudged: Object.fromEntries(unjudged), exitCode };
    out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
    return exitCode;
  }
  for (const event of events) out.write(`${describeEvent(event, lastNight)}\n`);
  const night = lastNight === undefined ? 'no night yet' : `night ${dateOf(lastNight)}`;
  const why = [...unjudged].map(([reason, count]) => `${count} ${whyWords[reason] ?? reason}`).join(', ');
  out.write(
    `${night}: ${measured} series measured, ${events.filter(({ last }) => last === lastNight).length} events, ` +
      `${silent} without a judgement${why === '' ? '' : ` (${why})`}\nExit code ${exitCode}.\n`,
  );
  return exitCode;
}

const whyWords: Readonly<Record<string, string>> = {
  'few-nights': 'with too few nights before',
  'few-peers': 'on a night with too few of their kind',
  'no-ratio': 'not above zero',
};

const speedWords: Readonly<Record<string, string>> = {
  extreme: 'tonight',
  step: 'two nights in a row',
  slow: 'three of four nights',
  drift: 'little by little',
  entry: 'from its first nights, beside its kind',
};

function describeEvent(
  { scope, about, first, last, subjects, spells }: NightEvent,
  lastNight: number | undefined,
): string {
  const worst = spells.toSorted((a, b) => a.worst - b.worst)[0];
  const whom = {
    fleet: `all of ${about}`,
    change: `${subjects.length} machines with one change`,
    domain: `${subjects.length} machines of ${about}`,
    subject: about,
  }[scope];
  const changes = [...new Set(spells.flatMap(({ change }) => change ?? []))];
  return [
    `${last === lastNight ? '✖' : '○'} ${cleanText(whom)}: ${worst === undefined ? '' : percent(worst)} since ${dateOf(first)}, last seen ${dateOf(last)}`,
    ...spells.slice(0, 5).map((spell) => `    ${describeSpell(spell)}`),
    ...(spells.length > 5 ? [`    and ${spells.length - 5} more series`] : []),
    ...changes.map((change) => `    changed before: ${cleanText(change)}`),
  ].join('\n');
}

const describeSpell = (spell: Spell): string =>
  `${cleanText(spell.subject)}  ${cleanText(spell.series)}  ${percent(spell)}  ${spell.speeds.map((each) => speedWords[each] ?? each).join(', ')}`;

const percent = ({ worst }: Spell): string => `${(100 * worst).toFixed(1)} %`;

/** Prints the series of one machine; 2 when there is none. */
export function printMachine(
  shown: Awaited<ReturnType<History['show']>>,
  json: boolean,
  { out }: CliContext,
): ExitCode {
  if (json) out.write(`${escapeJson(JSON.stringify(shown, undefined, 1))}\n`);
  else
    for (const { row, nights, findings } of shown) {
      out.write(
        `${cleanText(row.title)}  ${cleanText(row.dimensions)}  ${cleanText(row.tool)}  ${row.unit}\n`,
      );
      for (const [at, { night, value }] of nights.entries()) {
        const { state = 'unjudged', change } = findings[at] ?? {};
        const off = change === undefined ? '' : `  ${(100 * change).toFixed(1)} %`;
        out.write(`  ${dateOf(night)}  ${value.toPrecision(6)}  ${state}${off}\n`);
      }
    }
  if (shown.length > 0) return exitCodes.pass;
  if (!json) out.write('No series of such a machine.\n');
  return exitCodes.undecided;
}
