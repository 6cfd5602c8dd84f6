import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay judge <run> --profile P`: parses and judges saved evidence again; the exit code is the verdict's. */
export const judgeCommand = defineCommand({
  command: 'judge <run>',
  describe: 'Judge a run directory again, by any of its profiles (no network, no node)',
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
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { judgeRun, writeReports } = await import('../run/conclude-run.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { printVerdict } = await import('./print-verdict.ts');
    const { openRun } = await import('./run-location.ts');
    const run = await openRun(context.environment, given);
    const verdict = await judgeRun(await RunEvidence.read(run, await loadRegistry()), profile);
    printVerdict(context, run, verdict, await writeReports(run, verdict), json);
    return asExitCode(verdict.exitCode);
  },
});
