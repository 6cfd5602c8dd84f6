import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siteOf, withHostileTexts } from '../../../support/constructed/site-of.ts';
import { sixteenNodes } from '../../../support/constructed/sixteen-nodes.ts';

describe('the site over sixteen nodes and 45 nights', () => {
  let all: Awaited<ReturnType<typeof siteOf>>;
  beforeAll(async () => {
    all = await siteOf(sixteenNodes());
  });
  afterAll(() => all.close());

  it('begins with what got worse, the fleet and the one machine, as `history events` has it', async () => {
    const answer = await all.ask('/');
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toMatch(/2 things are worse/);
    expect(page).toMatch(/16 of 16<\/b> machines measured/);
    expect(page).toMatch(/all of XE9680/);
    expect(page).toMatch(/Changed before: <bdi>another driver or kernel: 570 → 575/);
    expect(page.indexOf('node7')).toBeGreaterThan(0);
    const csv = await (await all.ask('/?format=csv')).text();
    const lines = csv.split('\r\n');
    expect(lines[0]).toMatch(/^what,event,about,/);
    expect(lines.filter((line) => line.includes('all of XE9680')).length).toBeGreaterThan(0);
    expect(csv).toContain('machine:node7:');
  });

  it('searches, and shows what was searched for in its address', async () => {
    const page = await (await all.ask('/?q=node7')).text();
    expect(page).toContain('value="node7"');
    expect(page).not.toContain('<bdi>all of XE9680</bdi></a></b>');
    expect(page).toContain('href="/?q=node7&amp;format=csv"');
  });

  it('keeps to itself: no script but its own, no style in it, nothing from elsewhere', async () => {
    for (const path of ['/', '/?q=%3Cscript%3E', '/nowhere', '/?x=1']) {
      const answer = await all.ask(path);
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      const page = await answer.text();
      expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/keys.js" defer>']);
      expect(page).not.toMatch(/ style=|<style| on[a-z]+=|https?:\/\//);
    }
  });

  it.each([
    [400, '/?nothing=1', 'expected a known key'],
    [400, '/?q=a&q=b', 'expected once'],
    [400, '/?q='.padEnd(206, 'x'), 'a length ≤ 200'],
    [400, '/?format=xml', 'csv'],
    [404, '/nowhere', 'There is no such page'],
    [404, '/%ff', 'There is no such page'],
    [404, '/../../etc/passwd', 'There is no such page'],
    [400, '/'.padEnd(5000, 'x'), 'shorter'],
  ])('refuses what is not there or not understood (%#: %d)', async (status, path, says) => {
    const answer = await all.ask(path);
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(says)]);
  });

  it('answers GET and HEAD alone, and nobody who asks by another name', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await all.ask('/', { method })).status).toBe(405);
    expect((await all.ask('/', { method: 'HEAD' })).status).toBe(200);
    expect((await all.ask('/', { headers: { host: 'evil.example' } })).status).toBe(421);
    expect((await all.ask('/site.css', { headers: {} })).status).toBe(421);
    expect((await all.ask('/site.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
  });
});

it('escapes whatever nodes say, in pages and in rows', async () => {
  const { ask, close } = await siteOf(withHostileTexts(sixteenNodes()));
  const pages = [await (await ask('/')).text()];
  for (const page of pages) {
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/keys.js" defer>']);
    expect(page).not.toMatch(/<img|<style|javascript:[^&]*"|[\u202e\u2066\u0000\u001b\ufeff]/);
    expect(page).toContain('&lt;script&gt;alert(4)&lt;/script&gt;');
  }
  const csv = await (await ask('/?format=csv')).text();
  expect(csv).not.toMatch(/(^|,)[=+@|]/m);
  await close();
});

it('shows an index that changed as soon as it was read again, and goes on with the old one meanwhile', async () => {
  const clock = { ms: 0 };
  const rows = sixteenNodes();
  const { ask, state, history, close, told } = await siteOf(rows.slice(0, 20), clock);
  const firstDate = new Date((20_000 + 19) * 86_400_000).toISOString().slice(0, 10);
  expect(await (await ask('/')).text()).toContain(`Nights up to ${firstDate}`);
  for (const each of rows.slice(20)) await history.add(each);
  expect(await (await ask('/')).text()).toContain(`Nights up to ${firstDate}`);
  clock.ms = 3000;
  const meanwhile = await (await ask('/')).text();
  expect(meanwhile).toContain('Newer runs are being read');
  await state.settled();
  expect(await (await ask('/')).text()).toContain('2 things are worse');
  await close();
  clock.ms = 6000;
  const without = await (await ask('/')).text();
  expect(without).toContain('2 things are worse');
  expect(without).toContain('Newer runs');
  expect(told).toHaveLength(1);
});
