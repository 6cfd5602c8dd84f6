import { join, relative } from 'node:path';
import { cleanText, escapeJson } from '../../reports/text/clean-text.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderTerminal } from '../../reports/writers/terminal.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ErrorCode } from '../../workloads/kit/error-code.ts';
import { pagesOf, writeReports } from '../run/conclude-run.ts';
import { jsonPieces } from '../store/read-document.ts';
import type { ReportFolder } from '../store/report-folder.ts';
import { reportPaths } from '../store/report-folder.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';

const cannotWrite: ReadonlySet<string> = new Set<ErrorCode>(['USAGE', 'FILE_REFUSED', 'DISK_FULL']);

/**
 * Writes what is concluded from a run beside it, prints the verdict (or its document) on standard output and says where the
 * reports are. Where the usual place cannot be written to, that is said and nothing is lost: `write` may have failed too.
 */
export async function giveVerdict(
  { environment, out, err }: CliContext,
  given: {
    readonly run: RunDirectory;
    readonly folder: ReportFolder;
    readonly verdict: Verdict;
    readonly json: boolean;
    /** Whether the place was named, so that it has to be written to. */
    readonly mustWrite: boolean;
    /** Nodes whose pages are asked for besides. */
    readonly nodes?: readonly string[];
    /** Writes what belongs to the verdict before its reports. */
    readonly write?: () => Promise<void>;
  },
): Promise<void> {
  const { run, folder, verdict, json, write } = given;
  const lookup = createLookup(verdict, [...pagesOf(run, verdict), ...(given.nodes ?? [])]);
  const reports = await (async () => {
    await write?.();
    return writeReports(folder, run, lookup);
  })().catch((cause: unknown) => {
    const error = AssayError.from(cause);
    if (given.mustWrite || !cannotWrite.has(error.code)) throw cause;
    err.write(cleanText(`Not all was written: ${error.message}. Name a place with --out.`) + '\n');
    return undefined;
  });
  for (const { file, expected, found } of verdict.evidence.damage ?? [])
    err.write(cleanText(`✖ EVIDENCE_DAMAGED ${file}: expected ${expected}, found ${found}`) + '\n');
  if (json) {
    for (const piece of jsonPieces(verdict)) out.write(escapeJson(piece));
    return;
  }
  const { columns, color } = environment.terminal;
  out.write(renderTerminal(lookup, { columns: Math.min(columns, 110), color }));
  const open = verdict.attempts.filter(({ reason }) => reason?.say === 'no-evidence').length;
  if (open > 0) {
    err.write(
      `\nnot finished: ${open} of ${verdict.attempts.length} steps have left no evidence. Continue with: assay resume ${run.called}\n`,
    );
  }
  const shown = (path: string): string => relative(environment.workingDirectory, path) || '.';
  const places =
    reports === undefined
      ? []
      : [
          `report    ${shown(join(folder.path, reports.get('html') ?? '.'))}`,
          `verdict   ${shown(join(folder.path, reportPaths.verdict(verdict.profile.id)))}`,
        ];
  err.write(`\n${[...places, `evidence  ${shown(run.path)}`].join('\n')}\n`);
}
