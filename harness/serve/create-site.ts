import { Hono } from 'hono';
import { coveragePage } from '../../reports/site/coverage-page.ts';
import { eventPage } from '../../reports/site/event-page.ts';
import { fleetPage } from '../../reports/site/fleet-page.ts';
import { nodePage } from '../../reports/site/node-page.ts';
import { refusalPage } from '../../reports/site/refusal-page.ts';
import { runsPage } from '../../reports/site/runs-page.ts';
import type { SiteFrame, SiteView } from '../../reports/site/site-page.ts';
import { renderSitePage, siteCsv, siteHref } from '../../reports/site/site-page.ts';
import { keysScript, siteStyleSheet } from '../../reports/site/site-style-sheet.ts';
import { tonightPage } from '../../reports/site/tonight-page.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { Turned } from './gate.ts';
import { showEvent } from './show-event.ts';
import { showFleet } from './show-fleet.ts';
import { showNight } from './show-night.ts';
import { showNode } from './show-node.ts';
import { queries, readQuery, SiteRefusal } from './site-refusal.ts';
import type { SiteState } from './site-state.ts';
import type { SiteDocuments } from './snapshot.ts';

/** A page asks for its own style sheet and script and for nothing else, and stands in no frame. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export interface SiteOptions {
  readonly state: SiteState;
  readonly gate: (headers: Headers) => Turned | undefined;
  readonly documents: SiteDocuments;
  readonly assay: string;
}

/** The site: what is asked for by which address. It answers GET and HEAD, and changes nothing. */
export function createSite({ state, gate, documents, assay }: SiteOptions): Hono {
  const site = new Hono();
  const frameOf = async (url: string): Promise<SiteFrame> => {
    const { pathname, search } = new URL(url);
    const { nights } = await state.current();
    return {
      assay,
      zone: state.zone,
      lastNight: nights.lastNight,
      path: `${pathname}${search}`,
      isBehind: state.isBehind,
    };
  };
  const show = async (url: string, view: SiteView, format: 'csv' | undefined): Promise<Response> => {
    if (format === 'csv')
      return new Response(siteCsv(view.rows?.() ?? []), {
        headers: {
          ...headers,
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': 'attachment; filename="assay.csv"',
        },
      });
    return page(renderSitePage(view, await frameOf(url)), 200);
  };

  site.use(async (context, next) => {
    const { method, url } = context.req;
    if (method !== 'GET' && method !== 'HEAD')
      return text(405, 'This site only shows: GET and HEAD.', { allow: 'GET, HEAD' });
    const turned = gate(context.req.raw.headers);
    if (turned !== undefined)
      return text(
        turned.status,
        turned.text,
        turned.status === 401 ? { 'www-authenticate': 'Basic realm="assay", charset="UTF-8"' } : {},
      );
    if (url.length > 4096) return text(400, 'Expected a shorter address.');
    return next();
  });
  site.get('/site.css', () => asset(siteStyleSheet, 'text/css'));
  site.get('/keys.js', () => asset(keysScript, 'text/javascript'));
  site.get('/favicon.ico', () => new Response(null, { status: 204, headers }));
  site.get('/', async ({ req: { url } }) => {
    const query = readQuery(url, queries.tonight);
    return show(url, tonightPage(showNight(await state.current(), query)), query.format);
  });
  site.get('/fleet', async ({ req: { url } }) => {
    const query = readQuery(url, queries.fleet);
    return show(url, fleetPage(showFleet(await state.current(), query)), query.format);
  });
  site.get('/coverage', async ({ req: { url } }) => {
    const { q, format } = readQuery(url, queries.coverage);
    return show(url, coveragePage(await state.current(), q), format);
  });
  site.get('/runs', async ({ req: { url } }) => {
    const { q, format } = readQuery(url, queries.runs);
    return show(url, runsPage((await state.current()).runs, q), format);
  });
  site.get('/event/:id', async ({ req }) => {
    const { format } = readQuery(req.url, queries.event);
    const snapshot = await state.current();
    const { events } = snapshot.nights;
    const asked = req.param('id');
    const event = events.find(({ id }) => id === asked);
    if (event === undefined)
      throw nothingCalled(
        'event',
        asked,
        events.map(({ id }) => id),
      );
    return show(req.url, eventPage(showEvent(snapshot, event)), format);
  });
  site.get('/node/:name', async ({ req }) => {
    const { q, format } = readQuery(req.url, queries.node);
    const snapshot = await state.current();
    const machine = req.param('name');
    const shown = showNode(snapshot, documents, { machine, sought: q });
    if (shown === undefined) throw nothingCalled('node', machine, snapshot.attendance.keys());
    return show(req.url, nodePage(shown), format);
  });
  site.notFound(async ({ req: { url } }) =>
    page(
      renderSitePage(
        refusalPage('There is no such page', new URL(url).pathname.slice(0, 200), undefined),
        await frameOf(url),
      ),
      404,
    ),
  );
  site.onError(async (cause, { req: { url } }) => {
    if (!(cause instanceof SiteRefusal)) throw cause;
    const title = cause.status === 404 ? 'There is no such thing' : 'This was not understood';
    return page(
      renderSitePage(refusalPage(title, cause.message, cause.hint), await frameOf(url)),
      cause.status,
    );
  });
  return site;
}

/** Names of nodes and events are told from typos among so many at most. */
const mostCompared = 5000;

function nothingCalled(kind: 'event' | 'node', asked: string, known: Iterable<string>): SiteRefusal {
  const nearest = nearestName(asked.slice(0, 200), [...known].slice(0, mostCompared));
  return new SiteRefusal(
    404,
    `expected ${kind === 'event' ? 'an event' : 'a machine'} in the index, got \`${asked.slice(0, 200)}\``,
    nearest === undefined ? undefined : { href: siteHref([kind, nearest]), text: nearest },
  );
}

const page = (body: string, status: number): Response =>
  new Response(body, { status, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } });

const asset = (body: string, type: string): Response =>
  new Response(body, {
    headers: { ...headers, 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' },
  });

const text = (status: number, body: string, more: Readonly<Record<string, string>> = {}): Response =>
  new Response(`${body}\n`, {
    status,
    headers: { ...headers, ...more, 'content-type': 'text/plain; charset=utf-8' },
  });
