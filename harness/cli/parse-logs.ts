import { resolve } from 'node:path';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { asExitCode } from '../../workloads/kit/error-code.ts';
import type { CliContext } from './command.ts';
import { readMargin } from './read-margin.ts';

/** What `assay parse DIRECTORY` was asked. */
interface Asked {
  readonly logs: readonly string[];
  readonly after: readonly string[] | undefined;
  readonly class: string | undefined;
  readonly model: string | undefined;
  readonly margin: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Reads logs by their own words, without a workload or parameters being named. */
export async function parseLogs(asked: Asked, context: CliContext): Promise<ExitCode> {
  const { environment } = context;
  const margin = asked.margin === undefined ? undefined : readMargin(asked.margin);
  const { importedPaper } = await import('../../reports/page/imported-paper.ts');
  const { Imported } = await import('../../reports/verdict/imported.ts');
  const { renderImportedCsv } = await import('../../reports/writers/imported-csv.ts');
  const { loadLogFormats, loadRegistry } = await import('../../workloads/registry.ts');
  const { usualMargin } = await import('../compare/compare.ts');
  const { loadBuiltIn } = await import('../config/built-in.ts');
  const { importedDocument } = await import('../import/imported-document.ts');
  const { givePaper, requireOut } = await import('./give-paper.ts');
  requireOut(context, 'imported', asked.out);
  const registry = await loadRegistry();
  const isHeld = asked.class !== undefined || asked.model !== undefined;
  const { limits } = isHeld ? await loadBuiltIn(registry) : { limits: [] };
  await requireKnown(
    '--class',
    asked.class,
    limits.map(({ hardware }) => hardware.class),
  );
  await requireKnown(
    '--model',
    asked.model,
    limits.flatMap(({ hardware }) => hardware.models ?? []),
  );
  const places = (words: readonly string[]): readonly string[] =>
    words.map((word) => resolve(environment.workingDirectory, word));
  const document = Imported.parse(
    await importedDocument({
      formats: await loadLogFormats(registry),
      before: places(asked.logs),
      after: places(asked.after ?? []),
      against: isHeld ? { limits, class: asked.class, model: asked.model } : undefined,
      margin: margin ?? usualMargin,
    }),
  );
  await givePaper(context, {
    name: 'imported',
    document,
    paper: importedPaper(document),
    csv: () => renderImportedCsv(document),
    out: asked.out,
    json: asked.json,
  });
  return asExitCode(document.exitCode);
}

/** Limits are looked up by these names: one that is misspelt would hold nothing against anything. */
async function requireKnown(
  option: string,
  name: string | undefined,
  known: readonly string[],
): Promise<void> {
  if (name === undefined || known.some((each) => each.toLowerCase() === name.toLowerCase())) return;
  const { suggestName } = await import('../config/nearest-name.ts');
  throw new AssayError(
    'USAGE',
    `${option}: expected hardware that a published limit is about, got \`${name.slice(0, 80)}\``,
    { hint: suggestName(name, new Set(known)) ?? 'docs/limits.md names all of them.' },
  );
}
