import { join, relative } from 'node:path';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import type { Language } from '../../reports/verdict/words/front-words.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { Environment } from '../environment.ts';
import { defineCommand } from './command.ts';
import { givenRun, ofProfile, reportsOut } from './options.ts';

/** Named here too: a command that is not called loads no words. */
const languages: readonly Language[] = ['en', 'es', 'ar'];

/** `assay report <run>`: renders the verdict that is there; judges nothing. */
export const reportCommand = defineCommand({
  command: 'report <run>',
  describe: 'Render the reports of a judged run again',
  lists: ['node'],
  examples: [
    ['report latest', 'render the reports again'],
    ['report latest --pdf', 'and the one for paper, by the Chromium of this machine'],
    ['report latest --node gpu0412', 'and the page of this node of a large block'],
    ['report latest --language es', 'the report of conformity, its first page in Spanish'],
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
      .option('language', {
        choices: languages,
        describe:
          'Also make the report of conformity, its first page in this language; with --pdf, that of the PDF',
      })
      .option('node', {
        type: 'string',
        array: true,
        describe:
          'Also make the pages of these nodes: of large blocks only those that need somebody have one',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the verdict document' }),
  run: async ({ run: given, profile, json, pdf: asPdf, language, out, node: nodes = [] }, context) => {
    const { conformityPath, pdfPath, readVerdict } = await import('../run/conclude-run.ts');
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
    await requireOfBlock(nodes, verdict, wanted === run.header.profile);
    const { conformityPage } = await import('../run/conformity-pages.ts');
    const conformity =
      language === undefined && !asPdf ? undefined : await conformityPage(folder, verdict, language ?? 'en');
    // Before anything is written: without a browser nothing is.
    const pdf =
      asPdf && conformity !== undefined ? await printedBy(conformity, context.environment) : undefined;
    await giveVerdict(context, { run, folder, verdict, json, mustWrite: out !== undefined || asPdf, nodes });
    const give = (what: string, path: string, content: string | Uint8Array): void => {
      folder.write(path, content);
      const shown = relative(context.environment.workingDirectory, join(folder.path, path));
      context.err.write(`${what.padEnd(9)} ${shown}\n`);
    };
    if (pdf !== undefined) give('pdf', pdfPath(run, wanted), pdf);
    if (language !== undefined && conformity !== undefined)
      give('conformity', conformityPath(run, wanted, language), conformity);
    await tellUnshipped(context, run, await loadRegistry());
    context.err.write(
      `\nRendered (0): the verdict as it lies there, not judged again. Does it follow from the evidence? assay judge ${run.called} --profile ${wanted}\n`,
    );
    return exitCodes.pass;
  },
});

async function printedBy(page: string, environment: Environment): Promise<Uint8Array> {
  const { printPdf } = await import('./print-pdf.ts');
  return printPdf(page, environment);
}

/** Pages of nodes are parts of the report by the run's own profile. */
async function requireOfBlock(nodes: readonly string[], { block }: Verdict, isOwn: boolean): Promise<void> {
  const [first] = nodes;
  if (first === undefined) return;
  const known = block?.nodes.map(({ id }) => id) ?? [];
  if (!isOwn || known.length < 2)
    throw new AssayError(
      'USAGE',
      `--node ${first}: expected a report on several nodes by the profile of the run, found another`,
    );
  const other = nodes.find((node) => !known.includes(node));
  if (other === undefined) return;
  const { suggestName } = await import('../config/nearest-name.ts');
  throw new AssayError('USAGE', `--node ${other}: expected a node of this run, found none of this name`, {
    hint: suggestName(other, new Set(known)) ?? 'The map of the report names them.',
  });
}
