import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { execa } from 'execa';
import * as z from 'zod';
import { judgeRun } from '../../harness/run/conclude-run.ts';
import { RunDirectory } from '../../harness/store/run-directory.ts';
import { RunEvidence } from '../../harness/store/run-evidence.ts';
import { nodesWithPages } from '../../reports/verdict/node-pages.ts';
import { nodeParts } from '../../reports/verdict/node-parts.ts';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../reports/writers/html/render-html.ts';
import { plainScreen, writers } from '../../reports/writers/writers.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Registry } from '../../workloads/registry.ts';
import { removeFolder } from '../support/temporary.ts';

/**
 * Run directories as coordinators left them, constructed, recorded and damaged (`runs.tar.br`), and what was concluded
 * from each. A change that alters a conclusion or its words shows here; `npm run golden` accepts it.
 */
const here = new URL('.', import.meta.url);
const at = (name: string): URL => new URL(name, here);

/** What one run leads to: the documents by name, or the error that refuses it. */
const Golden = z.record(z.string(), z.string());
export type Golden = z.infer<typeof Golden>;
const Goldens = z.record(z.string(), Golden);

/** Unpacks the run directories into a folder that exists. */
export async function unpackRuns(folder: string): Promise<readonly string[]> {
  await execa('tar', ['-x', '-C', folder], { input: brotliDecompressSync(readFileSync(at('runs.tar.br'))) });
  return readdirSync(folder).toSorted();
}

/** Judges a run in place and renders its verdict by every writer. */
export async function conclude(path: string, registry: Registry): Promise<Golden> {
  try {
    const verdict = judgeRun(await RunEvidence.read(await RunDirectory.open(path), registry));
    const lookup = createLookup(verdict, nodesWithPages(verdict));
    return {
      'verdict.json': `${JSON.stringify(verdict, undefined, 1)}\n`,
      ...Object.fromEntries(
        writers.map(({ id, file, render }) => [file ?? `${id}.txt`, render(lookup, plainScreen)]),
      ),
      ...Object.fromEntries(lookup.isBlock ? nodePages(verdict) : []),
    };
  } catch (cause) {
    if (!(cause instanceof AssayError)) throw cause;
    return { 'error.txt': `${cause.code} ${cause.message}\n` };
  }
}

/** The pages of the nodes of a block, each from a part of the verdict that holds by itself. */
function nodePages(verdict: Verdict): readonly (readonly [string, string])[] {
  const partOf = nodeParts(verdict);
  return verdict.nodes.map(({ id }) => [
    `nodes/${id}/report.html`,
    renderHtml(createLookup(validateVerdict(partOf(id)))),
  ]);
}

/** What is expected of each run. Markdown lies beside it as text, so that a change can be read in review. */
export function readGoldens(): Readonly<Record<string, Golden>> {
  const text = brotliDecompressSync(readFileSync(at('expected.json.br'))).toString('utf8');
  return Goldens.parse(JSON.parse(text));
}

/** Accepts what the present code concludes. */
export async function writeGoldens(registry: Registry): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-golden-'));
  try {
    const goldens: Record<string, Golden> = {};
    for (const name of await unpackRuns(folder)) goldens[name] = await conclude(join(folder, name), registry);
    rmSync(at('text/'), { recursive: true, force: true });
    mkdirSync(at('text/'));
    for (const [name, golden] of Object.entries(goldens))
      writeFileSync(at(`text/${name}.md`), golden['report.md'] ?? golden['error.txt'] ?? '');
    const bytes = Buffer.from(JSON.stringify(goldens));
    writeFileSync(
      at('expected.json.br'),
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          [constants.BROTLI_PARAM_QUALITY]: 9,
        },
      }),
    );
  } finally {
    removeFolder(folder);
  }
}
