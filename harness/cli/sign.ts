import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, key, ofProfile, passphraseFd, publicKey, reportsOut, signer } from './options.ts';

/** `assay sign <run> --profile P --key K`: judges the evidence and puts a name to what comes of it. */
export const signCommand = defineCommand({
  command: 'sign <run>',
  describe: 'Judge a run and sign what comes of it (docs/evidence.md); each further signer adds a file',
  examples: [['sign latest --key ~/.config/assay/key', 'put your name to what comes of a run']],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('profile', ofProfile)
      .option('key', key)
      .option('signer', signer)
      .option('public-key', publicKey)
      .option('passphrase-fd', passphraseFd)
      .option('reports', reportsOut),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { judgeRun } = await import('../run/conclude-run.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const { signVerdict } = await import('./sign-verdict.ts');
    const { openSigner } = await import('./signer.ts');
    const run = await openRun(context.environment, args.run);
    const folder = await openReports(context.environment, run, args.reports);
    const own = await openSigner(context, args);
    const evidence = await RunEvidence.read(run, await loadRegistry());
    const verdict = judgeRun(evidence, args.profile);
    await signVerdict(context, { evidence, verdict, folder, signer: own });
    return exitCodes.pass;
  },
});
