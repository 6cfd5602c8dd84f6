import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRows } from '../../../../harness/history/run-rows.ts';
import { siteHref } from '../../../../reports/site/site-page.ts';
import { fleetNights } from '../../../support/constructed/fleet-nights.ts';
import { slowerNodes } from '../../../support/constructed/night-rows.ts';
import { siteOf, withHostileTexts } from '../../../support/constructed/site-of.ts';

it('shows what people said of an event, and nothing as worse that they closed', async () => {
  const clock = { ms: 0 };
  const all = await siteOf(slowerNodes(), clock);
  const [machine] = (await all.state.current()).nights.events;
  if (machine === undefined) throw new Error('expected an event');
  const said = { at: '2024-11-18T07:00:00.000Z', author: 'ops', words: 'fan <3> replaced' };
  await all.history.say(machine.id, { ...said, action: 'repaired' });
  clock.ms += 10_000;
  await all.ask('/');
  await all.state.settled();
  const read = async (path: string) => (await all.ask(path)).text();
  expect(await read('/')).toMatch(/One thing is worse/);
  const page = await read(`/event/${machine.id}`);
  expect(page).toContain('● closed, repaired');
  expect(page).toContain('repaired, <bdi>ops</bdi>: <bdi>fan &lt;3&gt; replaced</bdi>');
  await all.close();
});

describe('the site over sixteen nodes and 45 nights', () => {
  let all: Awaited<ReturnType<typeof siteOf>>;
  beforeAll(async () => {
    all = await siteOf(slowerNodes());
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
    expect(csv).toMatch(/^event,e[0-9a-f]{10},node7,/m);
  });

  it('shows an earlier night as it was, with what is known of its events by now', async () => {
    const page = await (await all.ask('/?night=2024-11-08')).text();
    expect(page).toContain('The night of 2024-11-08');
    expect(page).toContain('One thing is worse');
    expect(page).toContain('<option value="2024-11-08" selected>');
    expect(page).toContain('<a rel="next" href="/?night=2024-11-09">');
    expect(page).not.toContain('all of XE9680');
    const first = await (await all.ask('/?night=2024-10-04')).text();
    expect(first).toMatch(/16 of 16<\/b> series without a judgement/);
    expect(first).toContain('with too few nights before');
    expect(first).not.toContain('rel="prev"');
    expect(await (await all.ask('/?night=2024-11-17')).text()).toContain('2 things are worse');
    const before = await (await all.ask('/?night=2024-11-16')).text();
    expect(before).toContain('<a rel="next" href="/">');
    for (const night of ['2024-01-01', 'yesterday'])
      expect((await all.ask(`/?night=${night}`)).status).toBe(400);
  });

  it('searches, and shows what was searched for in its address', async () => {
    const page = await (await all.ask('/?q=node7')).text();
    expect(page).toContain('value="node7"');
    expect(page).not.toContain('<bdi>all of XE9680</bdi></a></b>');
    expect(page).toContain('href="/?q=node7&amp;format=csv"');
  });

  it('has a page for each event: since when, by which rule, what changed before, and how to look further', async () => {
    const [machine, fleet] = (await all.state.current()).nights.events.map(({ id }) => id);
    const page = await (await all.ask(`/event/${fleet}`)).text();
    for (const text of [
      'step (two nights in a row)',
      '570 → 575',
      'assay compare run-38 run-39',
      'assay explain run-39 matmul.throughput',
    ])
      expect(page).toContain(text);
    expect(page).toContain(`<a rel="prev" href="/event/${machine}">`);
    expect((await (await all.ask(`/event/${fleet}?format=csv`)).text()).split('\r\n')).toHaveLength(
      1 + 45 + 1,
    );
    const one = await (await all.ask(`/event/${machine}`)).text();
    expect(one).toContain('assay compare run-29 run-30');
    expect(one).toContain('nothing that is known');
    expect(one.match(/<svg class="picture nights"/g)).toHaveLength(1);
  });

  it('has a page for each machine with its series, and the rows that `history show` has', async () => {
    const page = await (await all.ask('/node/node7')).text();
    expect(page).toContain('GEMM · cublaslt');
    expect(page).toMatch(/✖ worse on 1[45] of 45 nights/);
    expect(page).toContain('another driver or kernel: 570 → 575');
    const rows = (await (await all.ask('/node/node7?format=csv')).text()).split('\r\n');
    expect(rows).toHaveLength(1 + 45 + 1);
    expect(rows[45]).toMatch(
      /^node7,matmul.throughput,GEMM,,cublaslt,FLOP\/s,higher,2024-11-17,[\d.]+,worse,/,
    );
    expect(await (await all.ask('/node/node7?q=none')).text()).toContain('No series of it has such a name');
  });

  it('names the nearest where there is no such machine or event', async () => {
    const answer = await all.ask('/node/nod7');
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('Did you mean <a href="/node/node7">'),
    ]);
    const machine = (await all.state.current()).nights.events[0]?.id ?? '';
    const event = await all.ask(`/event/${machine.slice(0, -1)}`);
    expect([event.status, await event.text()]).toEqual([
      404,
      expect.stringContaining(`<a href="/event/${machine}">`),
    ]);
    expect((await all.ask('/node/')).status).toBe(404);
    expect((await all.ask('/node/%00%ff')).status).toBe(404);
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

describe('the map of a fleet', () => {
  const size = { racks: 3, perRack: 8, metrics: 5, nights: 30 };
  let all: Awaited<ReturnType<typeof siteOf>>;
  const rowsOf = async (query: string): Promise<readonly (readonly string[])[]> =>
    (await (await all.ask(`/fleet?${query}&format=csv`)).text())
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
  beforeAll(async () => {
    all = await siteOf([...fleetNights(size)]);
  });
  afterAll(() => all.close());

  it('has a cell for each machine and metric: worse ones, and what was not measured, which is never good', async () => {
    const rows = await rowsOf('by=node');
    expect(rows).toHaveLength(1 + 24 * 5);
    const of = (node: string, title: string) =>
      rows
        .find((row) => row[2] === node && row[4] === title)
        ?.slice(6)
        .map(Number);
    const [off = 0, ...counts] = of('gpu0009', 'GEMM') ?? [];
    expect(off).toBeLessThan(-0.06);
    expect(counts).toEqual([1, 0, 1, 0]);
    // Not reached on the last night, and without the part at all.
    expect(of('gpu0006', 'GEMM')).toEqual([0, 0, 1, 0, 0]);
    expect(of('gpu0005', 'PCIe to the host')).toEqual([0, 0, 0, 0, 0]);
    const page = await (await all.ask('/fleet?by=node')).text();
    expect(page.match(/<td class="gone">/g)).toHaveLength(2 * 5);
    expect(page.match(/<td class="never">/g)).toHaveLength(2);
    expect(page).toMatch(/<td class="l[23]">✖−\d/);
  });

  it('shows another night, a rack, a metric, devices, as its address says', async () => {
    const [head = [], ...rows] = await rowsOf('by=device&rack=R2&metric=memory.bandwidth&night=2024-10-20');
    expect(head[2]).toBe('device');
    expect(rows.map((row) => row.slice(0, 4))).toEqual(
      Array.from({ length: 8 }, (_, at) => [
        '2024-10-20',
        'R2',
        `gpu${String(at + 9).padStart(4, '0')}/GPU3`,
        'memory.bandwidth',
      ]),
    );
    const page = await (await all.ask('/fleet?rack=R2&night=2024-10-20')).text();
    expect(page).toContain('<a rel="prev" href="/fleet?by=node&amp;rack=R2&amp;night=2024-10-19">');
    expect(page).toContain('<option value="R2" selected>');
    expect((await rowsOf('by=rack')).slice(1).map((row) => row[2])).toContain('R3');
    expect(await (await all.ask('/fleet?q=nobody')).text()).toContain('Nothing is left');
  });

  it.each([
    ['night=2024-13-01', 'one of the last 30'],
    ['night=yesterday', 'text like'],
    ['night=1999-01-01', 'The last one is 2024-11-02'],
    ['rack=R22', 'Did you mean &#96;R2&#96;?'],
    ['metric=memory.bandwith', 'Did you mean &#96;memory.bandwidth&#96;?'],
    ['by=hall', '&#96;rack&#96; or '],
  ])('refuses %s', async (query, says) => {
    const answer = await all.ask(`/fleet?${query}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(says)]);
  });
});

describe('coverage and runs', () => {
  it('names who was not measured for longest, and why, and marks what is older than three nights', async () => {
    const away = (rows: RunRows, at: number): RunRows => ({
      ...rows,
      attendance: rows.attendance
        .filter(({ node }) => at < 40 || node !== 'node2')
        .map((each) => (at >= 36 && each.node === 'node4' ? { ...each, reason: 'not reached' } : each)),
      points: rows.points.filter(
        ({ node }) => !(node === 'node2' && at >= 40) && !(node === 'node4' && at >= 36),
      ),
    });
    const { ask, close } = await siteOf(slowerNodes().map(away));
    const page = await (await ask('/coverage')).text();
    expect(page).toContain('15 of 16 within 7 nights');
    expect(page).toContain('2 of these machines were not measured for more than 3 nights before 2024-11-17');
    expect(page).toMatch(/◐◐ 2024-11-08, 9 nights ago/);
    const lines = (await (await ask('/coverage?format=csv')).text()).split('\r\n');
    expect(lines.slice(1, 3)).toEqual([
      'node4,R1,2024-11-08,9,not reached,21,1,0',
      'node2,R1,2024-11-12,5,not planned,25,1,0',
    ]);
    expect((await (await ask('/coverage?q=node15&format=csv')).text()).trimEnd().split('\r\n')).toHaveLength(
      2,
    );
    await close();
  });

  it('lists the runs, the last first', async () => {
    const { ask, close } = await siteOf(slowerNodes());
    const lines = (await (await ask('/runs?format=csv')).text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 45);
    expect(lines[1]).toBe('run-44,2024-11-17,2024-11-17T00:00:00.000Z,nightly,p,16,16,,d44');
    expect(await (await ask('/runs?q=run-7')).text()).toContain('<code>run-7</code>');
    expect(await (await ask('/runs?q=nothing')).text()).toContain('No run is called like that');
    await close();
  });

  it('says of an empty index that there is nothing, which is no pass', async () => {
    const { ask, close } = await siteOf([]);
    const page = await (await ask('/')).text();
    expect(page).toContain('class="verdict lost"');
    expect(page).toContain('No night yet');
    for (const path of ['/fleet', '/coverage', '/runs']) expect((await ask(path)).status).toBe(200);
    expect((await ask('/node/any')).status).toBe(404);
    await close();
  });
});

it('escapes whatever nodes say, in pages and in rows', async () => {
  const { ask, close, state } = await siteOf(withHostileTexts(slowerNodes()));
  const { nights, attendance } = await state.current();
  const machines = attendance.keys();
  const paths = [
    '/',
    '/fleet',
    '/fleet?by=rack',
    '/fleet?by=device',
    '/coverage',
    '/runs',
    ...nights.events.map(({ id }) => `/event/${id}`),
    ...[...machines].map((node) => siteHref(['node', node])).filter(({ length }) => length < 2000),
  ];
  for (const path of paths) {
    const answer = await ask(path);
    const page = await answer.text();
    expect([path, answer.status]).toEqual([path, 200]);
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/keys.js" defer>']);
    expect(page).not.toMatch(/<img|<style|="javascript:|[\u202e\u2066\u0000\u001b\ufeff]/);
    expect(page).toContain('&lt;script&gt;');
  }
  const csv = await (await ask('/?format=csv')).text();
  expect(csv).not.toMatch(/(^|,)[=+@|]/m);
  await close();
});

it('shows an index that changed as soon as it was read again, and goes on with the old one meanwhile', async () => {
  const clock = { ms: 0 };
  const rows = slowerNodes();
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
