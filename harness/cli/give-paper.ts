import { resolve } from 'node:path';
import type { Paper } from '../../reports/page/paper.ts';
import { escapeJson } from '../../reports/text/clean-text.ts';
import { renderPaperHtml } from '../../reports/writers/html/render-paper.ts';
import { renderPaperMarkdown, renderPaperTerminal } from '../../reports/writers/paper.ts';
import { jsonPieces } from '../store/read-document.ts';
import type { CliContext } from './command.ts';
import { requireFree, writePapers } from './write-papers.ts';

/** The names of what is written of a report, `comparison.json` … */
const filesOf = (name: string) =>
  ({ json: `${name}.json`, html: `${name}.html`, md: `${name}.md`, csv: `${name}.csv` }) as const;

/** Throws RUN_EXISTS where a report could not be written to the folder that was named: before anything is computed. */
export function requireOut({ environment }: CliContext, name: string, out: string | undefined): void {
  if (out !== undefined)
    requireFree(resolve(environment.workingDirectory, out), Object.values(filesOf(name)));
}

/** Writes a report that is not about one run to the folder that was named, if one was, and prints it, or its document. */
export async function givePaper(
  { environment, out, err }: CliContext,
  given: {
    readonly name: string;
    readonly document: Readonly<Record<string, unknown>>;
    readonly paper: Paper;
    /** Made only where it is written. */
    readonly csv: () => string;
    readonly out: string | undefined;
    readonly json: boolean;
  },
): Promise<void> {
  const { document, paper } = given;
  const files = filesOf(given.name);
  if (given.out !== undefined)
    await writePapers(
      resolve(environment.workingDirectory, given.out),
      new Map<string, string | Iterable<string>>([
        [files.json, jsonPieces(document)],
        [files.html, renderPaperHtml(paper)],
        [files.md, renderPaperMarkdown(paper)],
        [files.csv, given.csv()],
      ]),
    );
  if (given.json) for (const piece of jsonPieces(document)) out.write(escapeJson(piece));
  else {
    const { columns, color } = environment.terminal;
    out.write(renderPaperTerminal(paper, { columns: Math.min(columns, 110), color }));
  }
  if (given.out !== undefined) err.write(`\nreport    ${given.out}/${files.html}\n`);
}
