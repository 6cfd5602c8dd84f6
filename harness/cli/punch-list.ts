import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay punch-list <runs..>`: the punch list of several runs, with the state of each entry; exit code 0, 1 or 2. */
export const punchListCommand = defineCommand({
  command: 'punch-list <runs..>',
  describe:
    'Keep the punch list over runs of the same machines: what is open, repaired and verified (docs/repair.md)',
  examples: [
    ['punch-list hall3 hall3-again', 'what the second run says of what the first one found'],
    [
      'punch-list hall3 hall3-again --repaired gpu027=cable',
      'and a cable was replaced in between: no serial number tells that',
    ],
  ],
  lists: ['repaired'],
  builder: (argv) =>
    argv
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Run directories, or their names; the order of time is theirs',
      })
      .option('repaired', {
        type: 'string',
        array: true,
        describe:
          'NODE=PART that was repaired in between: GPU5, a serial number, baseboard, dimm, cpu, cable',
      })
      .option('profile', {
        type: 'string',
        describe: "Profile by which all of them are judged; the last run's, when it isn't given",
      })
      .option('out', {
        type: 'string',
        describe: 'Folder for punch-list.json, .html, .md and .csv (nothing is written without)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the document' }),
  run: async (args, context) => {
    const { punchListPaper } = await import('../../reports/page/punch-list-paper.ts');
    const { KeptPunchList } = await import('../../reports/verdict/punch-list.ts');
    const { renderKeptPunchList } = await import('../../reports/writers/kept-punch-list-csv.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { keepPunchList } = await import('../compare/punch-list.ts');
    const { loadPunchRuns, readRepaired } = await import('./load-punch-runs.ts');
    const { givePaper, requireOut } = await import('./give-paper.ts');
    requireOut(context, 'punch-list', args.out);
    const told = readRepaired(args.repaired ?? []);
    const runs = await loadPunchRuns(args.runs, { ...args, told }, await loadRegistry(), context.environment);
    const list = KeptPunchList.parse(keepPunchList(runs, told));
    await givePaper(context, {
      name: 'punch-list',
      document: list,
      paper: punchListPaper(list),
      csv: () => renderKeptPunchList(list),
      out: args.out,
      json: args.json,
    });
    return asExitCode(list.exitCode);
  },
});
