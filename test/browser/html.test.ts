import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeParts } from '../../reports/verdict/node-parts.ts';
import type { Verdict } from '../../reports/verdict/verdict.ts';
import { createLookup } from '../../reports/verdict/verdict-lookup.ts';
import { renderHtml } from '../../reports/writers/html/render-html.ts';
import { renderJunit } from '../../reports/writers/junit.ts';
import { hostileVerdict } from '../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  clusterVerdict,
  conformingVerdict,
  smallBlockVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../support/judged-examples.ts';
import { findLowContrast } from './find-low-contrast.ts';

const executablePath = '/usr/bin/chromium';
const hasChromium = existsSync(executablePath);
if (!hasChromium && process.env['CI'] === 'true')
  throw new Error(`expected ${executablePath} when CI=true, found nothing. Install chromium.`);
if (!hasChromium) process.stderr.write(`skipped test/browser: there is no ${executablePath}\n`);

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const pages = {
  vm: vmVerdict(),
  accepted: acceptedVerdict(),
  cluster: clusterVerdict(),
  conforming: conformingVerdict(),
  unreached: unreachedVerdict(),
  hostile: hostileVerdict(),
  block: blockVerdict(),
  small: smallBlockVerdict(),
  wide: wideBlockVerdict(),
  part: nodeParts(blockVerdict())('gpu014'),
};

/** 200 nodes with long names in 50 racks. */
function wideBlockVerdict(): Verdict {
  const base = blockVerdict();
  const nodes = Array.from({ length: 200 }, (_, place) => ({
    ...base.block!.nodes[place % 32]!,
    id: `compute-hall-3-${String(place + 1).padStart(3, '0')}`,
    rack: `R${Math.floor(place / 4) + 1}`,
  }));
  return { ...base, block: { ...base.block!, nodes } };
}

describe.skipIf(!hasChromium)('the HTML report in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
    folder = await mkdtemp(join(tmpdir(), 'assay-html-'));
    for (const [name, verdict] of Object.entries(pages))
      await writeFile(join(folder, `${name}.html`), renderHtml(createLookup(verdict)));
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens a report; what it asks for beyond itself and what it complains about is in `troubles`. */
  async function open(
    name: string,
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<{ readonly page: Page; readonly troubles: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const url = pathToFileURL(join(folder, `${name}.html`)).href;
    const troubles: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== url) troubles.push(`request ${request.url().slice(0, 200)}`);
    });
    page.on('console', (message) => troubles.push(`console ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(`error ${error.message}`));
    page.on('dialog', (dialog) => {
      troubles.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(url);
    return { page, troubles };
  }

  const views = Object.keys(pages).flatMap((name) =>
    [1280, 980, 390].flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) => ({ name, width, scheme })),
    ),
  );

  it.each(views)('$name at $width px, $scheme: asks for nothing, scrolls one way, can be read', async ({
    name,
    width,
    scheme,
  }) => {
    const { page, troubles } = await open(name, width, scheme);
    try {
      // Unfolded, so that what starts folded is measured too.
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.evaluate(findLowContrast)).toEqual([]);
      expect(troubles).toEqual([]);
    } finally {
      await page.close();
    }
  });

  it('keeps the verdict on the first screen', async () => {
    for (const width of [1280, 390]) {
      for (const name of ['vm', 'block']) {
        const { page } = await open(name, width, 'light');
        const bottom = Number(
          await page.evaluate(`document.querySelector('#verdict h2').getBoundingClientRect().bottom`),
        );
        expect(bottom).toBeLessThan(600);
        await page.close();
      }
    }
  });

  it.each([
    1280, 980, 390,
  ])('breaks no figure of an interval and no name of a tool at %d px', async (width) => {
    const { page } = await open('accepted', width, 'light');
    const linesOf = (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('#measurements ${selector}')].map((each) => Math.round(each.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(each).lineHeight)))`,
      );
    expect(await linesOf('small .figure')).toEqual([1, 1, 1, 1, 1, 1]);
    // A name and a version; of the checks a name alone.
    const tools = (await linesOf('td.word > div')) as readonly number[];
    expect(tools).toHaveLength(7);
    expect(Math.max(...tools)).toBeLessThanOrEqual(2);
    expect(tools.slice(1, 4)).toEqual([1, 1, 1]);
    await page.close();
  });

  it.each([1280, 390])('keeps every node of a block on one line of its rack at %d px', async (width) => {
    const { page } = await open('block', width, 'light');
    const heights = await page.evaluate(
      `[...new Set([...document.querySelectorAll('.rack li')].map((each) => Math.round(each.getBoundingClientRect().height)))]`,
    );
    expect(heights).toHaveLength(1);
    const racks = Number(
      await page.evaluate(
        `new Set([...document.querySelectorAll('.rack')].map((each) => each.getBoundingClientRect().left)).size`,
      ),
    );
    expect(racks).toBe(width === 1280 ? 8 : 3);
    await page.close();
  });

  it('prints the map of a block in black, with marks, and all racks in one row', async () => {
    const { page, troubles } = await open('block', 680, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const bad = `[...document.querySelectorAll('.node.bad, .node.doubt, .node.lost')]`;
    expect(await page.evaluate(`${bad}.map((each) => getComputedStyle(each).color)`)).toEqual(
      Array.from({ length: 3 }, () => 'rgb(0, 0, 0)'),
    );
    expect(await page.evaluate(`${bad}.map((each) => each.textContent.trim())`)).toEqual([
      '✖ gpu014 fails',
      '✖ gpu027 fails',
      '○ gpu030 not reached',
    ]);
    expect(
      await page.evaluate(
        `new Set([...document.querySelectorAll('.rack')].map((each) => each.getBoundingClientRect().top)).size`,
      ),
    ).toBe(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(680);
    expect(await page.evaluate(findLowContrast)).toEqual([]);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('prints black on white with the folded matter unfolded', async () => {
    const { page, troubles } = await open('cluster', 680, 'dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate(`getComputedStyle(document.querySelector('#verdict h2')).color`)).toBe(
      'rgb(0, 0, 0)',
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(680);
    expect(await page.evaluate(findLowContrast)).toEqual([]);
    expect(
      Number(await page.evaluate(`document.querySelector('#check .digests').getBoundingClientRect().height`)),
    ).toBeGreaterThan(20);
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('reads the JUnit file of every report as well-formed XML', async () => {
    const { page } = await open('vm', 1280, 'light');
    for (const verdict of Object.values(pages)) {
      const text = JSON.stringify(renderJunit(createLookup(verdict)));
      expect(
        await page.evaluate(
          `new DOMParser().parseFromString(${text}, 'text/xml').querySelector('parsererror')?.textContent ?? ''`,
        ),
      ).toBe('');
    }
    await page.close();
  });

  it('has one h1, a heading below it for every section, and landmarks', async () => {
    const { page } = await open('vm', 1280, 'light');
    expect(
      await page.evaluate(
        `[document.documentElement.lang, ...['h1', 'header', 'main', 'footer'].map((tag) => document.querySelectorAll('body > ' + tag + ', header > ' + tag).length)]`,
      ),
    ).toEqual(['en', 1, 1, 1, 1]);
    const skipped = await page.evaluate(
      `[...document.querySelectorAll('h1, h2, h3, h4')].map((each) => Number(each.tagName[1])).filter((level, place, all) => place > 0 && level > all[place - 1] + 1)`,
    );
    expect(skipped).toEqual([]);
    await page.close();
  });
});
