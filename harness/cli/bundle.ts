import { join, resolve } from 'node:path';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** `assay bundle <run>`: all that a customer needs to check a signed report, in one file. */
export const bundleCommand = defineCommand({
  command: 'bundle <run>',
  describe: 'Pack what was signed of a run, with all of its evidence, in one file that `verify` takes',
  examples: [
    [
      'bundle latest',
      'one archive with evidence, verdict, signatures and the report of conformity in the languages that were made',
    ],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('profile', ofProfile)
      .option('out', { type: 'string', describe: 'File to create (default: <id>.<profile>.tar)' })
      .option('reports', reportsOut),
  run: async (args, context) => {
    const { environment, out } = context;
    const { listTree } = await import('../store/list-tree.ts');
    const { writeBundleFile } = await import('../store/evidence-bundle.ts');
    const { reportPaths } = await import('../store/report-folder.ts');
    const { conformityPages } = await import('../run/conformity-pages.ts');
    const { signaturesOf } = await import('../run/signatures-on.ts');
    const { readIntact, readSignedFiles } = await import('../run/verify-run.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const run = await openRun(environment, args.run);
    const folder = await openReports(environment, run, args.reports);
    const { id } = run.header;
    const profile = args.profile ?? run.header.profile;
    const { signed: statements, verdict } = await readIntact(
      await readSignedFiles(run, folder, profile),
      folder,
    );
    const signatures = signaturesOf(statements, profile);
    const signed = join(folder.path, reportPaths.signed(profile));
    const below = (path: string, top: string): string => path.slice(top.length + 1);
    const files = [
      ...listTree(run.path, 'run').map(({ path }) => ({
        path: `${id}/${below(path, 'run')}`,
        source: join(run.path, below(path, 'run')),
      })),
      ...listTree(signed, 'report').map(({ path }) => ({
        path: `${id}.report/${reportPaths.signed(profile)}/${below(path, 'report')}`,
        source: join(signed, below(path, 'report')),
      })),
      // As it follows from what was signed, whatever lies there.
      ...[...(await conformityPages(folder, run, { verdict, signatures }))].map(([path, page]) => ({
        path: `${id}.report/${path}`,
        content: Buffer.from(page),
      })),
    ];
    const file = resolve(environment.workingDirectory, args.out ?? `${id}.${profile}.tar`);
    writeBundleFile(file, files);
    out.write(`${file}\n`);
    return exitCodes.pass;
  },
});
