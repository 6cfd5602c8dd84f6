import { AssayError } from '../../workloads/kit/assay-error.ts';
import { defineCommand } from './command.ts';
import { contract, facilityAck, out, unattended } from './options.ts';
import { withTelling } from './telling.ts';

/** Nights within which every machine of a site is to be measured, where the site does not say. */
const usualGap = 7;

/** `assay nightly <inventory> --profile P`: the profile's suite for nights, and what got worse since. */
export const nightlyCommand = defineCommand({
  command: 'nightly <inventory>',
  describe: 'Measure the machines of a site tonight, and say what got worse (docs/nightly.md)',
  examples: [
    [
      'nightly rack.yaml --profile cpu-cluster --no-hold "ops" --until 05:30',
      'tonight, or what is left of it; ops say that nobody else comes to these machines',
    ],
    [
      'nightly rack.yaml --profile cpu-cluster --reservation nights --events-are-news',
      'on what Slurm holds; exit code 1 for required limits alone',
    ],
  ],
  builder: (argv) =>
    withTelling(argv)
      .positional('inventory', {
        type: 'string',
        demandOption: true,
        describe: 'Inventory file (YAML): docs/inventory.md',
      })
      .option('profile', {
        type: 'string',
        demandOption: true,
        describe: 'What must hold: a name that `assay profiles` lists, or a YAML file',
      })
      .option('suite', {
        type: 'string',
        describe: "What to run: a name, or a YAML file (default: the profile's own for nights)",
      })
      .option('reservation', {
        type: 'string',
        describe:
          'Reservation of Slurm that holds the machines for this night: others of the inventory are left out',
      })
      .option('no-hold', {
        type: 'string',
        describe: 'Who says that nobody else comes to these machines, where no scheduler can hold them',
      })
      .conflicts('reservation', 'no-hold')
      .option('until', {
        type: 'string',
        describe: 'Time at the site, 05:30: what would last longer is not begun, and comes first tomorrow',
      })
      .option('at-once', {
        type: 'number',
        describe: 'How many machines are loaded at a time (default: all)',
      })
      .option('max-gap', {
        type: 'number',
        default: usualGap,
        describe: 'Nights that a machine may go without being measured',
      })
      .option('events-are-news', {
        type: 'boolean',
        default: false,
        describe: 'What was confirmed to have got worse is printed, and changes no exit code',
      })
      .option('database', { type: 'string', describe: "The index of nights (default: this user's)" })
      .option('out', out)
      .option('contract', contract)
      .option('facility-ack', facilityAck)
      .option('unattended', unattended)
      .option('json', { type: 'boolean', default: false, describe: 'Print the night as a document' }),
  run: async (args, context) => {
    requireWhole('--max-gap', args.maxGap, 365);
    if (args.atOnce !== undefined) requireWhole('--at-once', args.atOnce, 10_000);
    const { measureNight } = await import('./measure-night.ts');
    return measureNight(args, context);
  },
});

function requireWhole(option: string, given: number, most: number): void {
  if (Number.isInteger(given) && given >= 1 && given <= most) return;
  throw new AssayError('USAGE', `expected ${option} to be a whole number from 1 to ${most}, got ${given}`, {
    hint: 'Give one, or leave it out.',
  });
}
