import { join, relative } from 'node:path';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Environment } from '../environment.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** `assay report <run>`: renders the verdict that is there; judges nothing. */
export const reportCommand = defineCommand({
  command: 'report <run>',
  describe: 'Render the reports of a judged run again',
  examples: [
    ['report latest', 'render the reports again'],
    ['report latest --pdf', 'and the one for paper, by the Chromium of this machine'],
  ],
  builder: (argv) =>
    argv
      .positional('run', givenRun)
      .option('profile', ofProfile)
      .option('out', reportsOut)
      .option('pdf', {
        type: 'boolean',
        default: false,
        describe: 'Also make report.pdf, by the Chromium of this machine',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, profile, json, pdf: asPdf, out }, context) => {
    const { pdfPath, readVerdict } = await import('../run/conclude-run.ts');
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
    // Before anything is written: without a browser nothing is.
    const pdf = asPdf ? await pdfOf(verdict, context.environment) : undefined;
    await giveVerdict(context, { run, folder, verdict, json, mustWrite: out !== undefined || asPdf });
    if (pdf !== undefined) {
      folder.write(pdfPath(run, wanted), pdf);
      context.err.write(
        `pdf       ${relative(context.environment.workingDirectory, join(folder.path, pdfPath(run, wanted)))}\n`,
      );
    }
    await tellUnshipped(context, run, await loadRegistry());
    context.err.write(
      `\nThe verdict as it lies there, not judged again. Does it follow from the evidence? assay judge ${run.called} --profile ${wanted}\n`,
    );
    return exitCodes.pass;
  },
});

async function pdfOf(verdict: Verdict, environment: Environment): Promise<Uint8Array> {
  const { createLookup } = await import('../../reports/verdict/verdict-lookup.ts');
  const { renderPrint } = await import('../../reports/writers/html/render-print.ts');
  const { printPdf } = await import('./print-pdf.ts');
  return printPdf(renderPrint(createLookup(verdict)), environment);
}
