import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../reports/writers/html/render-html.ts';
import { writeScaleRun } from '../support/constructed/scale-run.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';
import { blockVerdict } from '../support/judged-examples.ts';
import { writeSitePictures } from './site-pictures.ts';

// `node harness/pinned.js test/browser/write-pictures.ts`: the pictures and texts of docs/reports.md and docs/serve.md, of machines that were never
// there. It needs chromium and pdftoppm (poppler-utils).

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'docs/pictures');

/** Runs the command line on 80 columns; what it prints. */
function assay(cwd: string, ...args: readonly string[]): string {
  const env = { ...process.env, ASSAY_CALLED: 'assay', NO_COLOR: '1' };
  const script = 'stty cols 80 rows 24; exec "$@"';
  const ended = spawnSync(
    'script',
    [
      '-qec',
      `sh -c '${script}' sh '${process.execPath}' '${join(root, 'harness/bin.js')}' ${args.join(' ')}`,
      '/dev/null',
    ],
    { cwd, encoding: 'utf8', env },
  );
  if (ended.status === null || ended.status > 2) throw new Error(ended.stdout);
  return ended.stdout.replaceAll('\r', '');
}

const folder = mkdtempSync(join(tmpdir(), 'assay-pictures-'));
try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  await writeScaleRun(join(folder, 'block'), 'c', 32);
  await writeRunDirectory(join(folder, 'machine'), { nodes: [sixEvidence.virtualMachine] });
  writeFileSync(join(out, 'certify.txt'), assay(folder, 'judge', 'block'));
  writeFileSync(join(out, 'survey.txt'), assay(folder, 'judge', 'machine'));
  assay(folder, 'report', 'block', '--pdf');

  // One with something to see.
  const defective = join(folder, 'defective.html');
  writeFileSync(defective, renderHtml(createLookup(blockVerdict())));
  const report = join(folder, 'block.report');
  const [block, node] = ['report.html', 'nodes/n0001/report.html'].map((file) => join(report, file));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const views = [
    { name: 'block-1280-light', file: defective, width: 1280, scheme: 'light', at: '#map', height: 860 },
    { name: 'block-390-dark', file: defective, width: 390, scheme: 'dark', at: undefined, height: 800 },
    { name: 'beside-1280-light', file: defective, width: 1280, scheme: 'light', at: '.figures', height: 900 },
    { name: 'beside-1280-dark', file: block, width: 1280, scheme: 'dark', at: '.figures', height: 900 },
    { name: 'beside-390-light', file: block, width: 390, scheme: 'light', at: '.figures', height: 800 },
    {
      name: 'beside-print',
      file: defective,
      width: 680,
      scheme: 'light',
      at: '.figures',
      height: 900,
      media: 'print',
    },
    { name: 'node-1280-light', file: node, width: 1280, scheme: 'light', at: '#measurements', height: 860 },
    { name: 'node-390-dark', file: node, width: 390, scheme: 'dark', at: undefined, height: 800 },
  ] as const;
  for (const { name, file = '', width, scheme, at, height, ...more } of views) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
    if ('media' in more) await page.emulateMedia({ media: more.media });
    await page.goto(pathToFileURL(file).href);
    if (at !== undefined) await page.evaluate(`document.querySelector('${at}').scrollIntoView()`);
    await page.screenshot({ path: join(out, `${name}.jpg`), type: 'jpeg', quality: 45 });
    await page.close();
  }
  await writeSitePictures(browser, out);
  await browser.close();
  const pages = spawnSync(
    'pdftoppm',
    ['-r', '60', '-f', '1', '-l', '2', '-gray', '-png', join(report, 'report.pdf'), join(out, 'pdf')],
    { encoding: 'utf8' },
  );
  if (pages.status !== 0) throw new Error(pages.stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
