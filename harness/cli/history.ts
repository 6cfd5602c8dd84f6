import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { tell, withTelling } from './telling.ts';

/** `assay history add|events|event|show|budget|export|rebuild|prune|import`: what the nights say together. */
export const historyCommand = defineCommand({
  command: 'history <action> [items..]',
  describe:
    'What nights say together: `add` runs, list `events` (what got worse), say what became of an `event`, `show` a machine, tell how many false events to expect (`budget`), `export` all rows, `rebuild` from folders of runs, `prune`, `import` older numbers (docs/nightly.md)',
  examples: [
    ['history add night-1 night-2', 'takes runs into the index; those that are there already change nothing'],
    [
      'history events',
      'what got worse, when, and what had changed before; exit code 1 when the last night has some',
    ],
    [
      'history events --markdown night.md --prometheus /var/lib/prometheus/node-exporter/assay.prom',
      'the same for people and for Prometheus (docs/nightly.md has the alerts)',
    ],
    [
      'history event e3f09c2d1ab --close repaired --by ops --note "fan 3 replaced"',
      'says what became of an event; --ack says that somebody looks at it',
    ],
    ['history budget', 'how many false events this fleet has to expect, and how many it had'],
    ['history rebuild assay-runs', 'reads all runs there again; what people said of events stays'],
    ['history import older.csv', "takes a site's own numbers from before"],
    ['history show gpu007 --metric allreduce', 'what a machine gave in all-reduce, night by night'],
  ],
  builder: (argv) =>
    withTelling(argv)
      .positional('action', {
        choices: [
          'add',
          'events',
          'event',
          'show',
          'budget',
          'export',
          'rebuild',
          'prune',
          'import',
        ] as const,
        demandOption: true,
        describe: 'What to do',
      })
      .positional('items', {
        type: 'string',
        array: true,
        describe:
          'Runs for `add`, one machine for `show`, the id of one event for `event`, folders for `rebuild`, files for `import`',
      })
      .option('database', {
        type: 'string',
        describe: "The index (default: ASSAY_DATABASE_URL, else this user's)",
      })
      .option('zone', {
        type: 'string',
        describe: "Time zone of the site, said when the index is begun (default: this machine's)",
      })
      .option('metric', {
        type: 'string',
        describe:
          'Of `show`: series whose metric, title, dimensions or device has this text; others are not read',
      })
      .option('older-than', { type: 'number', describe: 'Days of nights that `prune` keeps' })
      .option('ack', { type: 'boolean', describe: 'Somebody looks at the event' })
      .option('close', {
        choices: ['repaired', 'explained', 'no cause found'] as const,
        describe: 'The event is over, and why',
      })
      .option('by', { type: 'string', describe: 'Who says so' })
      .option('note', { type: 'string', describe: 'What was found or done' })
      .option('json', { type: 'boolean', default: false, describe: 'Print as a document' }),
  run: async ({ action, items = [], database, zone, json, ...said }, context): Promise<ExitCode> => {
    if (zone !== undefined) requireZone(zone);
    const { historyPlace, openHistory } = await import('./open-history.ts');
    const place = historyPlace(context.environment, database);
    const history = await openHistory(context.environment.stateHome, place, zone);
    try {
      if (action === 'add') {
        const { addRuns } = await import('./add-nights.ts');
        return await addRuns(history, items, context);
      }
      if (action === 'budget') {
        const { printBudget } = await import('./print-budget.ts');
        return printBudget(await history.budget(), json, context);
      }
      const keep = await import('./keep-nights.ts');
      if (action === 'rebuild') return await keep.rebuildIndex(history, items, context);
      if (action === 'prune') return await keep.pruneIndex(history, said.olderThan, context);
      if (action === 'import') return await keep.importFiles(history, items, context);
      if (action === 'export') {
        for await (const line of history.export()) context.out.write(line);
        return exitCodes.pass;
      }
      if (action === 'event') {
        const { sayOfEvent } = await import('./event-command.ts');
        return await sayOfEvent(history, oneOf(items, 'event'), said, json, context);
      }
      const print = await import('./print-nights.ts');
      if (action === 'events') {
        const nights = print.nightsDocument(await history.judge(), history.zone);
        print.printEvents(nights, json, context);
        return await tell(nights, said, { context, history });
      }
      const machine = oneOf(items, 'machine');
      const shown = await history.show(machine, said.metric);
      return print.printMachine(print.machineDocument(machine, shown), json, context);
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

function oneOf(items: readonly string[], what: 'machine' | 'event'): string {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0)
    throw new AssayError('USAGE', `expected one ${what}, got ${items.length}`, {
      hint:
        what === 'machine'
          ? 'assay history show NODE, by its name or serial number.'
          : 'assay history event ID; assay history events lists them.',
    });
  return item;
}
