import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay history add|events|show|export`: what the nights say together. */
export const historyCommand = defineCommand({
  command: 'history <action> [items..]',
  describe:
    'What nights say together: `add` runs, list `events` (what got worse), `show` a machine, `export` all rows (docs/nightly.md)',
  examples: [
    ['history add night-1 night-2', 'takes runs into the index; those that are there already change nothing'],
    [
      'history events',
      'what got worse, when, and what had changed before; exit code 1 when the last night has some',
    ],
    ['history show gpu007', 'each metric of a machine, night by night'],
  ],
  builder: (argv) =>
    argv
      .positional('action', {
        choices: ['add', 'events', 'show', 'export'] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('items', {
        type: 'string',
        array: true,
        describe: 'Runs for `add`, one machine for `show`',
      })
      .option('database', { type: 'string', describe: "The index (default: this user's)" })
      .option('zone', {
        type: 'string',
        describe: "Time zone of the site, said when the index is begun (default: this machine's)",
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print as a document' }),
  run: async ({ action, items = [], database, zone, json }, context): Promise<ExitCode> => {
    if (zone !== undefined) requireZone(zone);
    const { openHistory } = await import('./open-history.ts');
    const given =
      database === undefined ? undefined : resolve(context.environment.workingDirectory, database);
    const history = await openHistory(context.environment.stateHome, given, zone);
    try {
      if (action === 'add') {
        const { addRuns } = await import('./add-nights.ts');
        return await addRuns(history, items, context);
      }
      if (action === 'export') {
        for await (const line of history.export()) context.out.write(line);
        return exitCodes.pass;
      }
      const print = await import('./print-nights.ts');
      if (action === 'events')
        return print.printEvents(print.nightsDocument(await history.judge(), history.zone), json, context);
      const machine = oneOf(items);
      return print.printMachine(print.machineDocument(machine, await history.show(machine)), json, context);
    } finally {
      await history.close();
    }
  },
});

function requireZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new AssayError(
      'USAGE',
      `expected --zone to be a time zone such as Europe/Madrid, got \`${zone.slice(0, 60)}\``,
      {
        hint: 'Names are those of the IANA database: timedatectl list-timezones.',
      },
    );
  }
}

function oneOf(items: readonly string[]): string {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0)
    throw new AssayError('USAGE', `expected one machine to show, got ${items.length}`, {
      hint: 'assay history show NODE, by its name or serial number.',
    });
  return item;
}
