import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { machineDocument, nightsDocument } from '../harness/cli/print-nights.ts';
import { History } from '../harness/history/history.ts';
import { createSite } from '../harness/serve/create-site.ts';
import { createGate } from '../harness/serve/gate.ts';
import { listen } from '../harness/serve/listen.ts';
import { SiteState } from '../harness/serve/site-state.ts';
import { fleetNights } from '../test/support/constructed/fleet-nights.ts';

// `node harness/pinned.js bench/serve.ts [racks [metrics [nights]]]`: an index of 1,000 machines, 40 metrics and 90 nights (20 machines
// a rack): how long a night takes to be added and all of it to be judged, with what memory, and how soon a browser has painted each
// page. Goals: 5 s, 60 s and 500 MB, 1 s, and 200 ms for a page that is filtered. It needs chromium.

const [racks = 50, metrics = 40, nights = 90] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-serve-'));
const path = join(folder, 'nights.sqlite');
const clockMs = (): number => performance.now();
const cpuMs = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
const say = (what: string, figure: string): void => {
  process.stdout.write(`${what.padEnd(46)} ${figure}\n`);
};
const memory = (): string =>
  `${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most, ${Math.round(process.memoryUsage().rss / 1048576)} MB now`;

try {
  if (process.env['ASSAY_BENCH_INDEX'] === undefined) await build();
  const history = await History.open(process.env['ASSAY_BENCH_INDEX'] ?? path, 'UTC');
  await measure(history);
  await history.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In a process of its own would be no other: what is built here is let go before all is judged. */
async function build(): Promise<void> {
  const history = await History.open(path, 'UTC');
  const took: number[] = [];
  for (const rows of fleetNights({ racks, perRack: 20, metrics, nights })) {
    const before = clockMs();
    await history.add(rows);
    took.push(clockMs() - before);
  }
  await history.close();
  took.sort((a, b) => a - b);
  say(
    `a night of ${racks * 20} × ${metrics} into the index`,
    `${((took[took.length >> 1] ?? 0) / 1000).toFixed(1)} s, ${((took.at(-1) ?? 0) / 1000).toFixed(1)} s at most`,
  );
  say('the index', `${Math.round(statSync(path).size / 1048576)} MB`);
  say('memory while it was built', memory());
}

async function measure(history: History): Promise<void> {
  const documents = { nights: nightsDocument, machine: machineDocument };
  const tell = (cause: unknown): void => {
    throw cause;
  };
  const [before, cpuBefore] = [clockMs(), cpuMs()];
  const state = await SiteState.read({ history, documents, clockMs, tell });
  say(
    'all nights judged and kept',
    `${((clockMs() - before) / 1000).toFixed(1)} s, of a processor ${((cpuMs() - cpuBefore) / 1000).toFixed(1)} s`,
  );
  say('memory then', memory());
  const gate = createGate({ address: '127.0.0.1', names: [], token: undefined, proxyHeader: undefined });
  const site = createSite({ state, gate, documents, assay: 'bench' });
  const listening = await listen((request) => site.fetch(request), {
    address: '127.0.0.1',
    port: 0,
    onError: tell,
  });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  const event = (await state.current()).nights.events.at(-1)?.id;
  for (const view of [
    '/',
    '/fleet',
    '/fleet?by=node',
    '/coverage',
    '/runs',
    '/node/gpu0001',
    ...(event === undefined ? [] : [`/event/${event}`]),
    '/?q=gpu0334',
    '/fleet?by=device&rack=R7',
    '/fleet?by=node&metric=memory.bandwidth',
    '/fleet?by=node&q=gpu01',
    '/coverage?q=R7',
    '/node/gpu0001?q=GEMM',
  ]) {
    const paints: number[] = [];
    const answers: number[] = [];
    let bytes = 0;
    for (let time = 0; time < 5; time += 1) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const answer = await page.goto(`${listening.url}${view.slice(1)}`);
      const paint = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`;
      let painted = await page.evaluate<number | undefined>(paint);
      while (painted === undefined) painted = await page.evaluate<number | undefined>(paint);
      paints.push(painted);
      answers.push(
        Number(await page.evaluate(`performance.getEntriesByType('navigation')[0].responseStart`)),
      );
      bytes = (await answer?.body())?.length ?? 0;
      await page.close();
    }
    const middle = (values: readonly number[]): string =>
      `${Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0)} ms`;
    say(
      view.slice(0, 44),
      `answered after ${middle(answers)}, painted after ${middle(paints)}, ${Math.round(bytes / 1024)} KB`,
    );
  }
  say('memory in the end', memory());
  await browser.close();
  await listening.close();
}
