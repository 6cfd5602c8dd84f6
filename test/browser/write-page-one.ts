import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { languages } from '../../reports/verdict/words/front-words.ts';
import { renderPrint } from '../../reports/writers/html/render-print.ts';
import { blockVerdict } from '../support/judged-examples.ts';

// Page one of the constructed block in all languages, on a screen of 1280 px and on paper, as docs/evidence.md shows it.
// node harness/pinned.js test/browser/write-page-one.ts (chromium, pdftoppm, ImageMagick)

const out = fileURLToPath(new URL('../../docs/page-one/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'assay-page-one-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const language of languages) {
    const file = join(folder, `${language}.html`);
    writeFileSync(file, renderPrint(createLookup(blockVerdict()), { language, signatures: [] }));
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    await page.locator('.front').screenshot({ path: join(folder, 'screen.png') });
    await page.pdf({ path: join(folder, 'print.pdf'), preferCSSPageSize: true });
    await page.close();
    execFileSync('pdftoppm', [
      ...['-r', '70', '-f', '1', '-l', '1', '-gray', '-png', '-singlefile'],
      ...[join(folder, 'print.pdf'), join(folder, 'print')],
    ]);
    for (const [name, colors] of [
      ['screen', '6'],
      ['print', '4'],
    ] as const)
      execFileSync('convert', [
        join(folder, `${name}.png`),
        ...['-strip', '+dither', '-colors', colors, '-define', 'png:compression-level=9'],
        `${out}/${language}.${name}.png`,
      ]);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
