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
    const { openJudged } = await import('./judged-run.ts');
    const { folder, registry, evidence, verdict } = await openJudged(environment, args);
    const archives = await makeArchives(evidence, verdict, registry);
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
