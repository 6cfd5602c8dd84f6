import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay report <run>`: renders the verdict that is there; judges nothing. */
export const reportCommand = defineCommand({
  command: 'report <run>',
  describe: 'Render the reports of a judged run again',
  builder: (argv) =>
    argv
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'Run directory, or its name below assay-runs/',
      })
      .option('profile', { type: 'string', describe: "Profile; the run's own when not given" })
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, profile, json }, context) => {
    const { writeReports } = await import('../run/conclude-run.ts');
    const { validateVerdict } = await import('../../reports/verdict/validate.ts');
    const { parseJson } = await import('../../agents/protocol/parse-json.ts');
    const { damaged, runPaths } = await import('../store/run-directory.ts');
    const { fileName } = await import('../../workloads/kit/names.ts');
    const { printVerdict } = await import('./print-verdict.ts');
    const { openRun } = await import('./run-location.ts');
    const run = await openRun(context.environment, given);
    const wanted = profile ?? run.header.profile;
    const path = runPaths.verdict(wanted);
    const verdict = validateVerdict(parseJson((await run.read(path)).toString('utf8')));
    if (verdict.profile.id !== wanted) throw damaged(path, `the profile ${wanted}`, verdict.profile.id);
    // Files are named after nodes, so all of them are looked at before the first is written.
    for (const { id } of verdict.nodes)
      if (!fileName.test(id)) throw damaged(path, 'names of nodes', `\`${id.slice(0, 80)}\``);
    if (verdict.run.id !== run.header.id) throw damaged(path, `the run ${run.header.id}`, verdict.run.id);
    printVerdict(context, run, verdict, await writeReports(run, verdict), json);
    return exitCodes.pass;
  },
});
