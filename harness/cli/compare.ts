import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { comparedSides } from './compared-sides.ts';
import { comparisonOptions, readComparisonOptions } from './comparison-options.ts';

/** `assay compare <before> <after>`: what changed between two sets of runs; exit code 0, 1 or 2. */
export const compareCommand = defineCommand({
  command: 'compare <runs..>',
  describe: 'Compare runs before with runs after: compare BEFORE AFTER, or compare BEFORE.. --after AFTER..',
  examples: [
    ['compare before-run after-run', 'one session a side: what can be said of that'],
    ['compare b1 b2 b3 --after a1 a2 a3', 'three sessions a side: what is inferior, with an interval'],
  ],
  lists: ['after'],
  builder: (argv) =>
    argv
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Run directories before; without --after the second one is the run after',
      })
      .option('after', { type: 'string', array: true, describe: 'Run directories after' })
      .option('profile', {
        type: 'string',
        describe: "Profile whose margin counts; that of the last run after, when it isn't given",
      })
      .options(comparisonOptions)
      .option('out', {
        type: 'string',
        describe: 'Folder for comparison.json, .html, .md and .csv (nothing is written without)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the comparison document' }),
  run: async (args, context) => {
    const { environment } = context;
    const { before, after } = comparedSides(args.runs, args.after);
    const { comparisonPaper } = await import('../../reports/page/comparison-paper.ts');
    const { Comparison } = await import('../../reports/verdict/comparison.ts');
    const { renderComparisonCsv } = await import('../../reports/writers/comparison-csv.ts');
    const { compare } = await import('../compare/compare.ts');
    const { openSides } = await import('./load-readings.ts');
    const { readRuns } = await import('./read-runs.ts');
    const { givePaper, requireOut } = await import('./give-paper.ts');
    requireOut(context, 'comparison', args.out);
    const options = await readComparisonOptions(args, environment);
    const comparison = Comparison.parse(
      compare(
        await readRuns('readings', await openSides(environment, { before, after }, args.profile)),
        options,
      ),
    );
    await givePaper(context, {
      name: 'comparison',
      document: comparison,
      paper: comparisonPaper(comparison),
      csv: () => renderComparisonCsv(comparison),
      out: args.out,
      json: args.json,
    });
    return asExitCode(comparison.exitCode);
  },
});
