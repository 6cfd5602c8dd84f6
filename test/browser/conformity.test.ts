import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signature } from '../../reports/verdict/signature.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { languages } from '../../reports/verdict/words/front-words.ts';
import { renderPrint } from '../../reports/writers/html/render-print.ts';
import { exampleSignature, hostileVerdict } from '../support/example-verdict.ts';
import { acceptedVerdict, blockVerdict } from '../support/judged-examples.ts';
import { findLowContrast } from './find-low-contrast.ts';

const executablePath = '/usr/bin/chromium';
const hasChromium = existsSync(executablePath);
if (!hasChromium && process.env['CI'] === 'true')
  throw new Error(`expected ${executablePath} when CI=true, found nothing. Install chromium.`);

const signature: Signature = {
  ...exampleSignature,
  attempts: Array.from({ length: 3 }, (_, day) => ({
    at: `2026-11-2${day}T08:00:00.000Z`,
    run: '20261129t013244z-29a677',
    profile: 'ai-training-singlenode',
    suite: 'ai-acceptance 1.0 (gone on with)',
    end: 'HOST_UNREACHABLE',
  })),
};
const verdicts = { block: blockVerdict(), accepted: acceptedVerdict(), hostile: hostileVerdict() };

describe.skipIf(!hasChromium)('the report of conformity in a browser', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'assay-conformity-'));
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    for (const [name, verdict] of Object.entries(verdicts))
      for (const language of languages)
        writeFileSync(
          join(folder, `${name}.${language}.html`),
          renderPrint(createLookup(verdict), { language, signatures: [signature] }),
        );
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const views = Object.keys(verdicts).flatMap((name) =>
    languages.flatMap((language) => [1280, 390].map((width) => ({ name, language, width }))),
  );

  it.each(views)('$name in $language at $width px: asks for nothing, scrolls one way, can be read', async ({
    name,
    language,
    width,
  }) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const url = pathToFileURL(join(folder, `${name}.${language}.html`)).href;
      const troubles: string[] = [];
      page.on('request', (request) => {
        if (request.url() !== url) troubles.push(request.url().slice(0, 200));
      });
      page.on('console', (message) => troubles.push(message.text()));
      await page.goto(url);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      // From right to left, what is too wide stands out on the other side.
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('.front *:not(.hidden):not(thead):not(thead *)')].filter((each) => { const { left, right, width } = each.getBoundingClientRect(); return width > 0 && (left < -1 || right > innerWidth + 1); }).map((each) => each.outerHTML.slice(0, 200))`,
        ),
      ).toEqual([]);
      expect(await page.evaluate(findLowContrast)).toEqual([]);
      expect(troubles).toEqual([]);
      await page.close();
    }
  });

  it.each(languages)('has page one of a block of 32 nodes on one sheet of A4: %s', async (language) => {
    const page = await browser.newPage({ viewport: { width: 695, height: 1020 } });
    await page.goto(pathToFileURL(join(folder, `block.${language}.html`)).href);
    await page.emulateMedia({ media: 'print' });
    // 184 by 270 mm at 96 dpi are 695 by 1020.
    expect(
      Number(await page.evaluate(`document.querySelector('.front').getBoundingClientRect().height`)),
    ).toBeLessThan(1020);
    await page.close();
  });
});
