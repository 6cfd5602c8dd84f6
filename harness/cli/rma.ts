import { join, relative } from 'node:path';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** `assay rma <run>`: for each part that failed what its vendor asks for, beside the reports. */
export const rmaCommand = defineCommand({
  command: 'rma <run>',
  describe:
    'Write what a warranty claim needs of each part that failed: a page, its raw evidence, digests (docs/repair.md)',
  examples: [['rma latest', 'a folder for each part that failed, in rma/ of the reports']],
  builder: (argv) => argv.positional('run', givenRun).option('profile', ofProfile).option('out', reportsOut),
  run: async (args, { environment, out, err }) => {
    const { makeArchives } = await import('../run/rma-archive.ts');
    const { judgeRun } = await import('../run/conclude-run.ts');
    const { RunEvidence } = await import('../store/run-evidence.ts');
    const { openReports, openRun } = await import('./run-location.ts');
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const run = await openRun(environment, args.run);
    const folder = await openReports(environment, run, args.out);
    const registry = await loadRegistry();
    const evidence = await RunEvidence.read(run, registry);
    const archives = await makeArchives(evidence, judgeRun(evidence, args.profile), registry);
    if (archives.length === 0) {
      err.write('No part of a machine failed by itself: there is nothing to claim.\n');
      return exitCodes.pass;
    }
    folder.mark();
    for (const archive of archives) {
      for (const { path, bytes } of archive.files) folder.write(`${archive.folder}/${path}`, bytes);
      out.write(`${relative(environment.workingDirectory, join(folder.path, archive.folder))}\n`);
    }
    return exitCodes.pass;
  },
});
