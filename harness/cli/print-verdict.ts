import { join, relative } from 'node:path';
import { cleanText } from '../../reports/text/clean-text.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderTerminal } from '../../reports/writers/terminal.ts';
import type { RunDirectory } from '../store/run-directory.ts';
import { runPaths } from '../store/run-directory.ts';
import type { CliContext } from './command.ts';

/** Prints the verdict (or its document) on standard output and says where the reports are. */
export function printVerdict(
  { environment, out, err }: CliContext,
  run: RunDirectory,
  verdict: Verdict,
  reports: ReadonlyMap<string, string>,
  json: boolean,
): void {
  for (const { file, expected, found } of verdict.evidence.damage ?? [])
    err.write(cleanText(`✖ EVIDENCE_DAMAGED ${file}: expected ${expected}, found ${found}`) + '\n');
  if (json) {
    out.write(`${JSON.stringify(verdict, undefined, 1)}\n`);
    return;
  }
  const { columns, color } = environment.terminal;
  out.write(renderTerminal(createLookup(verdict), { columns: Math.min(columns, 110), color }));
  const open = verdict.attempts.filter(({ reason }) => reason === 'it left no evidence').length;
  if (open > 0) {
    err.write(
      `\nnot finished: ${open} of ${verdict.attempts.length} steps have left no evidence. Continue with: assay resume ${run.header.id}\n`,
    );
  }
  const shown = (path: string): string => relative(environment.workingDirectory, join(run.path, path)) || '.';
  err.write(
    `\nreport    ${shown(reports.get('html') ?? '.')}\nverdict   ${shown(runPaths.verdict(verdict.profile.id))}\nevidence  ${shown('.')}\n`,
  );
}
