import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { defineCommand } from './command.ts';
import { ofProfile, reportsOut } from './options.ts';

/** `assay verify <run>`: is what was signed so? Offline; writes nothing. */
export const verifyCommand = defineCommand({
  command: 'verify <run>',
  describe:
    'Check what was signed of a run: signature, signer, every file, every cell computed again (no network, writes nothing)',
  examples: [
    ['verify run --key installer.pub', 'is what this key signed so?'],
    ['verify run --trust trust.yaml', 'by all whom you believe'],
    ['verify run --key installer.pub --nights nights.sqlite', 'did one of its machines get worse since?'],
  ],
  builder: (argv) =>
    argv
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'Run directory, or its name below assay-runs/, or a file that `assay bundle` wrote',
      })
      .option('profile', ofProfile)
      .option('key', { type: 'string', describe: 'Public key (PEM) of whom you believe' })
      .option('trust', { type: 'string', describe: 'File of all whom you believe: docs/evidence.md' })
      .conflicts('key', 'trust')
      .option('recompute', {
        type: 'boolean',
        describe: 'Judge all evidence again and compare it cell by cell: what is done in any case',
      })
      .option('no-recompute', {
        type: 'boolean',
        describe: 'Judge no evidence again: nothing is shown to follow from it then',
      })
      .conflicts('recompute', 'no-recompute')
      .option('against', {
        type: 'string',
        describe:
          'A later run on these machines: what has changed since, and what the report says of them no more',
      })
      .option('nights', {
        type: 'string',
        describe: 'Index of nights with these machines: an open event of one of them suspends the report',
      })
      .option('ledger', {
        type: 'string',
        describe: 'Copy of the ledger of the signer, to count the attempts again',
      })
      .option('proof', {
        type: 'string',
        describe: 'The place of the run in that ledger (.tlog-proof), with the witnesses who have seen it',
      })
      .option('reports', reportsOut),
  run: async (args, context) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const { checkRun } = await import('./check-run.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const { readTrustFile } = await import('../evidence/trust-file.ts');
    const { loadSource } = await import('../config/load-source.ts');
    const { loadPublicKey } = await import('./signer.ts');
    const at = (path: string): string => resolve(context.environment.workingDirectory, path);
    const isJudgedAgain = args.recompute ?? args.noRecompute !== true;
    const trust =
      args.key !== undefined
        ? ({ kind: 'key', key: await loadPublicKey(at(args.key)) } as const)
        : args.trust !== undefined
          ? ({ kind: 'file', keys: readTrustFile(await loadSource(at(args.trust))) } as const)
          : ({ kind: 'nobody' } as const);
    const { withUnpacked } = await import('./unpacked.ts');
    return withUnpacked(at(args.run), args.run, async (given, packed) => {
      const run = await openRun(context.environment, given);
      const folder = await openReports(context.environment, run, args.reports);
      const { tellUnshipped } = await import('./shipped-rules.ts');
      const registry = await loadRegistry();
      const later = args.against === undefined ? undefined : await openRun(context.environment, args.against);
      const ledger =
        args.ledger === undefined
          ? undefined
          : (await import('../store/ledger.ts')).readLedger(at(args.ledger));
      const code = await checkRun(
        { ...context, registry },
        {
          run,
          folder,
          trust,
          packed,
          profile: args.profile ?? run.header.profile,
          recompute: isJudgedAgain,
          later,
          nights: args.nights,
          ledger,
          proof: args.proof === undefined ? undefined : (await loadSource(at(args.proof))).text,
        },
      );
      await tellUnshipped(context, run, registry);
      if (!isJudgedAgain)
        throw new AssayError(
          'NOT_REPRODUCED',
          `expected that all evidence was judged again, found --${args.noRecompute === true ? 'no-recompute' : 'recompute=false'}`,
          {
            hint: 'Leave it away to be shown that the statement follows from its evidence.',
          },
        );
      return code;
    });
  },
});
