import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { defineCommand } from './command.ts';
import { contract, facilityAck, out, unattended } from './options.ts';

/** Nights within which every machine of a site is to be measured, where the site does not say. */
const usualGap = 7;

/** `assay nightly <inventory> --profile P`: the profile's suite for nights, and what got worse since. */
export const nightlyCommand = defineCommand({
  command: 'nightly <inventory>',
  describe: 'Measure the machines of a site tonight, and say what got worse (docs/nightly.md)',
  examples: [
    ['nightly rack.yaml --profile cpu-cluster', 'tonight, or what is left of it'],
    ['nightly rack.yaml --profile cpu-cluster --events-are-news', 'exit code 1 for required limits alone'],
  ],
  builder: (argv) =>
    argv
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
    const { maxGap } = args;
    if (!Number.isInteger(maxGap) || maxGap < 1 || maxGap > 365)
      throw new AssayError('USAGE', `expected --max-gap to be 1 to 365 nights, got ${String(maxGap)}`, {
        hint: 'Give a whole number, or leave it out: 7.',
      });
    const { measureNight } = await import('./measure-night.ts');
    const { workingDirectory } = context.environment;
    const database = args.database === undefined ? undefined : resolve(workingDirectory, args.database);
    return measureNight({ ...args, database }, context);
  },
});
