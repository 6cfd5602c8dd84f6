import { cleanText, escapeJson } from '../../reports/text/clean-text.ts';
import { NightBudget } from '../../reports/verdict/night-budget.ts';
import { dateOf } from '../../reports/verdict/words/night-words.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Budget } from '../history/budget.ts';
import type { CliContext } from './command.ts';

/** More than so many times what was expected is a finding of its own. */
const oddRatio = 3;
/** Fewer observed events may be chance. */
const leastOdd = 3;
/** What a person reads without ceasing to: one in three nights. */
const bearable = 1 / 3;

/** What false events to expect, as a document. */
export function budgetDocument({ night, rows, observed }: Budget): NightBudget {
  return NightBudget.parse({
    schema: 'assay/night-budget',
    schemaVersion: 1,
    night: dateOf(night),
    rows,
    expected: rows.reduce((sum, { perNight = 0 }) => sum + perNight, 0),
    observed,
  });
}

/** Prints it; 2 where there is nothing to say. */
export function printBudget(budget: Budget | undefined, json: boolean, { out }: CliContext): ExitCode {
  const document = budget === undefined ? undefined : budgetDocument(budget);
  if (document === undefined || document.rows.length === 0) {
    out.write('No night yet.\n');
    return exitCodes.undecided;
  }
  if (json) {
    out.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
    return exitCodes.pass;
  }
  const { rows, expected, observed } = document;
  for (const { metric, noise, series, perNight } of rows)
    out.write(
      `${cleanText(metric)}: ${series} ${noise} series, ${perNight === undefined ? 'too few nights to say how they vary' : `${show(perNight)} false events a night`}\n`,
    );
  const total = rows.reduce((sum, { series }) => sum + series, 0);
  out.write(`${total} series: ${show(expected)} false events a night to be expected, ${often(expected)}\n`);
  if (expected > bearable)
    out.write(
      'More than one in three nights: measure the metrics at the top more often a night, or follow fewer of them.\n',
    );
  const due = expected * observed.nights;
  out.write(
    `${observed.events} events of the last ${observed.nights} nights were closed as \`no cause found\`, ${show(due)} were to be expected\n`,
  );
  if (observed.events >= leastOdd && observed.events > oddRatio * due)
    out.write('That is more than three times as many: something is wrong that nobody has found yet.\n');
  return exitCodes.pass;
}

const show = (value: number): string => (value < 0.005 ? value.toPrecision(1) : value.toFixed(2));

const often = (perNight: number): string =>
  perNight >= 1 ? 'more than one' : `one in ${perNight === 0 ? '∞' : Math.round(1 / perNight)} nights`;
