import { AssayError } from '../../workloads/kit/assay-error.ts';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** `assay judge <run> --profile P`: parses and judges saved evidence again; the exit code is the verdict's. */
export const judgeCommand = defineCommand({
  command: 'judge <run>',
  describe: 'Judge a run directory again, by any of its profiles (no network, no node)',
  examples: [
    ['judge latest', 'judge again, by the profile that the run was for'],
    ['judge latest --profile storage', 'judge the same evidence for another purpose'],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('profile', ofProfile)
      .option('out', reportsOut)
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, profile, json, out }, context) => {
    const { cleanText } = await import('../../reports/text/clean-text.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { conclusionsOf, judgeRun, writeVerdict } = await import('../run/conclude-run.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { giveVerdict } = await import('./give-verdict.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const { tellUnshipped } = await import('./shipped-rules.ts');
    const run = await openRun(context.environment, given);
    const folder = await openReports(context.environment, run, out);
    try {
      const registry = await loadRegistry();
      const evidence = await RunEvidence.read(run, registry);
      const verdict = judgeRun(evidence, profile);
      await giveVerdict(context, {
        run,
        folder,
        verdict,
        json,
        mustWrite: out !== undefined,
        write: () => writeVerdict(folder, verdict, evidence),
      });
      await tellUnshipped(context, run, registry);
      return asExitCode(verdict.exitCode);
    } catch (cause) {
      // What was concluded before must not be taken for what is so: a pipeline uploads what lies there.
      if (AssayError.from(cause).code === 'EVIDENCE_DAMAGED')
        await folder.remove(conclusionsOf(run)).catch((failure: unknown) => {
          const { message } = AssayError.from(failure);
          context.err.write(`${cleanText(`What was concluded before is still there: ${message}`)}\n`);
        });
      throw cause;
    }
  },
});
