import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { reportsOut } from './options.ts';

/** `assay report <run>`: renders the verdict that is there; judges nothing. */
export const reportCommand = defineCommand({
  command: 'report <run>',
  describe: 'Render the reports of a judged run again',
  examples: [['report latest', 'render the reports again']],
  builder: (argv) =>
    argv
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'Run directory, or its name below assay-runs/',
      })
      .option('profile', { type: 'string', describe: "Profile; the run's own when not given" })
      .option('out', reportsOut)
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, profile, json, out }, context) => {
    const { readVerdict } = await import('../run/conclude-run.ts');
    const { giveVerdict } = await import('./give-verdict.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const { tellUnshipped } = await import('./shipped-rules.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const run = await openRun(context.environment, given);
    const folder = await openReports(context.environment, run, out);
    const wanted = profile ?? run.header.profile;
    const verdict = await readVerdict(folder, run, wanted);
    if (verdict === undefined)
      throw new AssayError('RUN_NOT_FOUND', `expected a verdict by ${wanted} in ${folder.path}, found none`, {
        hint: `Judge the run first: assay judge ${run.called} --profile ${wanted}`,
      });
    await giveVerdict(context, { run, folder, verdict, json, mustWrite: out !== undefined });
    await tellUnshipped(context, run, await loadRegistry());
    context.err.write(
      `\nThe verdict as it lies there, not judged again. Does it follow from the evidence? assay judge ${run.called} --profile ${wanted}\n`,
    );
    return exitCodes.pass;
  },
});
