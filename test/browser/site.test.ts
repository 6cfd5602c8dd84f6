import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../harness/serve/listen.ts';
import { listen } from '../../harness/serve/listen.ts';
import { fleetNights } from '../support/constructed/fleet-nights.ts';
import { slowerNodes } from '../support/constructed/night-rows.ts';
import { siteOf, withHostileTexts } from '../support/constructed/site-of.ts';
import { findLowContrast } from './find-low-contrast.ts';

const executablePath = '/usr/bin/chromium';
const hasChromium = existsSync(executablePath);
if (!hasChromium && process.env['CI'] === 'true')
  throw new Error(`expected ${executablePath} when CI=true, found nothing. Install chromium.`);

const sites = {
  sixteen: () => slowerNodes(),
  hostile: () => withHostileTexts(slowerNodes()),
  fleet: () => [...fleetNights({ racks: 3, perRack: 8, metrics: 12, nights: 30 })],
};
type Name = keyof typeof sites;

describe.skipIf(!hasChromium)('the site in a browser', () => {
  let browser: Browser;
  const served = new Map<
    Name,
    Listening & { readonly events: readonly string[]; readonly end: () => Promise<void> }
  >();
  const of = (name: Name) => {
    const found = served.get(name);
    if (found === undefined) throw new Error(`expected ${name} to be served`);
    return found;
  };

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
    });
    for (const [name, rows] of Object.entries(sites) as [Name, (typeof sites)[Name]][]) {
      const { site, state, close } = await siteOf(rows());
      const onError = (cause: unknown): void => {
        throw cause;
      };
      const listening = await listen((request) => site.fetch(request), {
        address: '127.0.0.1',
        port: 0,
        onError,
      });
      const events = (await state.current()).nights.events.map(({ id }) => id);
      served.set(name, { ...listening, events, end: close });
    }
  });

  afterAll(async () => {
    await browser.close();
    for (const { close, end } of served.values()) {
      await close();
      await end();
    }
  });

  /** Opens a page; what it asks for elsewhere and what it complains about is in `troubles`. */
  async function open(name: Name, path: string, look: { width: number; scheme: 'light' | 'dark' }) {
    const { url } = of(name);
    const page = await browser.newPage({
      viewport: { width: look.width, height: 900 },
      colorScheme: look.scheme,
    });
    const troubles: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) troubles.push(`request ${request.url().slice(0, 200)}`);
    });
    page.on('console', (message) => troubles.push(`console ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(`error ${error.message}`));
    page.on('dialog', (dialog) => {
      troubles.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`${url}${path.slice(1)}`);
    return { page, troubles };
  }

  const views: readonly (readonly [Name, string])[] = [
    ...['/', '/coverage', 'event', 'machine'].map((path) => ['sixteen', path] as const),
    ...['/', '/fleet', '/runs', 'event', 'machine'].map((path) => ['hostile', path] as const),
    ...['/fleet', '/fleet?by=rack', '/?night=2024-10-20'].map((path) => ['fleet', path] as const),
  ];
  const machines: Readonly<Record<Name, string>> = {
    sixteen: '/node/node7',
    fleet: '/node/gpu0009',
    hostile: '/node/-2-38',
  };
  const pathOf = (name: Name, path: string): string =>
    path === 'event' ? `/event/${of(name).events.at(-1)}` : path === 'machine' ? machines[name] : path;

  it.each(views)('%s %s: asks for nothing elsewhere, scrolls one way, can be read', async (name, path) => {
    for (const look of [
      { width: 1280, scheme: 'light' },
      { width: 390, scheme: 'dark' },
    ] as const) {
      const { page, troubles } = await open(name, pathOf(name, path), look);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(look.width);
      const low = await page.evaluate<readonly string[]>(findLowContrast);
      // Pages of few nights have few words.
      expect(low.filter((each) => !/^only \d\d texts were seen$/.test(each))).toEqual([]);
      await page.emulateMedia({ media: 'print', colorScheme: look.scheme });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
        'rgb(255, 255, 255)',
      );
      expect(await page.evaluate(`getComputedStyle(document.querySelector('nav')).display`)).toBe('none');
      expect(troubles).toEqual([]);
      await page.close();
    }
  });

  it('is gone through by keys alone: search, views before and after, links', async () => {
    const { page, troubles } = await open('fleet', '/fleet', { width: 1280, scheme: 'light' });
    const at = (): string => page.url().slice(of('fleet').url.length - 1);
    const go = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys.slice(0, -1)) await page.keyboard.press(key);
      const before = page.url();
      await page.keyboard.press(keys.at(-1) ?? '');
      await page.waitForURL((url) => url.href !== before);
    };
    await go('ArrowLeft');
    expect(at()).toBe('/fleet?by=node&night=2024-11-01');
    await go('ArrowLeft');
    await go('ArrowRight');
    expect(at()).toBe('/fleet?by=node&night=2024-11-01');
    await page.keyboard.press('/');
    await page.keyboard.type('gpu0009');
    await go('Enter');
    expect(new URL(page.url()).searchParams.get('q')).toBe('gpu0009');
    expect(await page.locator('.heat tbody tr:not(.rack)').count()).toBe(1);
    // The first stop leads past the navigation.
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('To the matter');
    for (let stops = 0; stops < 30 && (await focused(page)) !== 'gpu0009'; stops += 1)
      await page.keyboard.press('Tab');
    await go('Enter');
    expect(at()).toBe('/node/gpu0009');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows the same without its script', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1280, height: 900 },
    });
    const page = await context.newPage();
    await page.goto(`${of('fleet').url}fleet`);
    await page.locator('select[name="rack"]').selectOption('R2');
    await page.locator('button').click();
    await page.waitForURL(/rack=R2/);
    expect(new URL(page.url()).searchParams.get('rack')).toBe('R2');
    expect(await page.locator('.heat tbody tr:not(.rack)').count()).toBe(8);
    await context.close();
  });
});

const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.textContent.trim()');
