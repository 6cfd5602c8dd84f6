import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { listen } from '../../harness/serve/listen.ts';
import { fleetNights } from '../support/constructed/fleet-nights.ts';
import { siteOf } from '../support/constructed/site-of.ts';

// `node harness/pinned.js test/browser/site-pictures.ts` writes the pictures of docs/serve.md alone; write-pictures.ts writes all.

/** Pictures of the site over 48 constructed machines and 60 nights. */
export async function writeSitePictures(browser: Browser, out: string): Promise<void> {
  const rows = [...fleetNights({ racks: 6, perRack: 8, metrics: 12, nights: 60 })];
  const { site, state, close } = await siteOf(rows);
  const onError = (cause: unknown): void => {
    throw cause;
  };
  const listening = await listen((request) => site.fetch(request), {
    address: '127.0.0.1',
    port: 0,
    onError,
  });
  const machine = (await state.current()).nights.events[0]?.id ?? '';
  for (const { name, path, width, scheme, at, height } of [
    { name: 'tonight-1280-light', path: '', width: 1280, scheme: 'light', at: undefined, height: 800 },
    { name: 'tonight-390-dark', path: '', width: 390, scheme: 'dark', at: undefined, height: 800 },
    {
      name: 'event-1280-light',
      path: `event/${machine}`,
      width: 1280,
      scheme: 'light',
      at: '#series',
      height: 800,
    },
    { name: 'fleet-1280-light', path: 'fleet', width: 1280, scheme: 'light', at: '.filter', height: 940 },
    { name: 'fleet-390-dark', path: 'fleet?by=rack', width: 390, scheme: 'dark', at: '.legend', height: 800 },
  ] as const) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
    await page.goto(`${listening.url}${path}`);
    if (at !== undefined) await page.evaluate(`document.querySelector('${at}').scrollIntoView()`);
    await page.screenshot({ path: join(out, `site-${name}.jpg`), type: 'jpeg', quality: 45 });
    await page.close();
  }
  await listening.close();
  await close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
  mkdirSync(out, { recursive: true });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  await writeSitePictures(browser, out);
  await browser.close();
}
