import { cleanText } from '../text/clean-text.ts';
import { cutText } from '../text/cut-text.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html, trusted } from '../writers/html/html.ts';
import { field } from '../writers/punch-list.ts';

/** A view of the site: what is shown, and the same as rows for a spreadsheet. Texts may come from a node. */
export interface SiteView {
  readonly title: string;
  /** How to read it. */
  readonly note: string;
  readonly main: SafeHtml;
  /** The first row names the columns; absent where there is nothing to count. Made when somebody asks for it. */
  readonly rows?: () => SiteRows;
  /** Views before and after this one, by what they are called. */
  readonly beside?: { readonly previous?: SiteLink | undefined; readonly next?: SiteLink | undefined };
}

export type SiteRows = readonly (readonly (string | number)[])[];

export interface SiteLink {
  readonly href: string;
  readonly text: string;
}

/** What all pages say of the site. */
export interface SiteFrame {
  readonly assay: string;
  readonly zone: string;
  /** The last night that is in the index. */
  readonly lastNight: string | undefined;
  /** The page as it was asked for: path and query. */
  readonly path: string;
  /** There are runs in the index that these pages do not have yet. */
  readonly isBehind: boolean;
}

/** What may be asked for by name, in the order of the navigation. */
export const siteParts = [
  { path: '/', title: 'Tonight' },
  { path: '/fleet', title: 'Fleet' },
  { path: '/coverage', title: 'Coverage' },
  { path: '/runs', title: 'Runs' },
] as const;

/** A page: no script but the site's own, no style in it, no request elsewhere. */
export function renderSitePage({ title, note, main, rows, beside }: SiteView, frame: SiteFrame): string {
  const { assay, zone, lastNight, path, isBehind } = frame;
  const [own = '/', query] = path.split('?', 2);
  const csv = `${own}?${query === undefined || query === '' ? '' : `${query}&`}format=csv`;
  const nights = lastNight === undefined ? 'No night is in the index' : `Nights up to ${lastNight}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="generator" content="Assay ${assay}">
<title>${title} – Assay</title>
<link rel="stylesheet" href="/site.css">
<script src="/keys.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the matter</a>
<header>
<p class="maker">Assay</p>
<nav aria-label="Pages"><ul class="plain">${siteParts.map(
    (part) =>
      html`<li><a href="${part.path}"${trusted(part.path === own ? ' aria-current="page"' : '')}>${part.title}</a></li>`,
  )}</ul></nav>
<h1>${title}</h1>
<p class="note">${note}</p>
<p class="note">${nights} (dates in ${zone}).${isBehind ? html` <b>Newer runs are being read; these pages are from before.</b>` : undefined}${rows === undefined ? undefined : html` <a href="${csv}">This view as CSV</a>`}</p>
${
  beside === undefined
    ? undefined
    : html`<p class="beside">${linkBeside(beside.previous, 'prev', '←')}${linkBeside(beside.next, 'next', '→')}</p>`
}</header>
<main id="main">
${main}</main>
<footer><p>Assay ${assay}. What is shown is an index of runs and no evidence: the verdict of a run stands in its directory. Absence of evidence is never a pass.</p></footer>
</body>
</html>
`.markup;
}

const linkBeside = (link: SiteLink | undefined, rel: 'prev' | 'next', mark: string): SafeHtml | undefined =>
  link === undefined
    ? undefined
    : html`<a rel="${rel}" href="${link.href}">${rel === 'prev' ? `${mark} ${link.text}` : `${link.text} ${mark}`}</a> `;

/** A section: its heading in the margin, its matter beside it. */
export const siteSection = (id: string, title: string, note: string, matter: SafeHtml): SafeHtml =>
  html`<section id="${id}" aria-labelledby="${id}-title"><div class="heading"><h2 id="${id}-title">${title}</h2><p class="note">${note}</p></div><div class="matter">
${matter}</div></section>
`;

/** A table that turns into labelled blocks on a narrow screen; the first cell of a row is its heading. */
export const siteTable = (
  label: string,
  columns: readonly string[],
  rows: readonly (readonly SafeHtml[])[],
): SafeHtml =>
  html`<table role="table" class="blocks" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ([first, ...rest]) =>
      html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${rest.map((cell, at) => html`<td role="cell" data-label="${columns[at + 1] ?? ''}"><div>${cell}</div></td>`)}</tr>
`,
  )}</tbody></table>
`;

/** A text as far as there is room for it. */
export const shortText = (text: string, columns: number): string => cutText(cleanText(text), columns);

/** A choice in a form, each option with its value and what it is called. */
export const siteSelect = (
  label: string,
  name: string,
  chosen: string,
  options: readonly (readonly [string, string])[],
): SafeHtml =>
  html`<label>${label} <select name="${name}">${options.map(
    ([value, text]) =>
      html`<option value="${value}"${trusted(value === chosen ? ' selected' : '')}>${shortText(text, 40)}</option>`,
  )}</select></label>`;

/** A search within a page, behind other choices of it. */
export const siteFilter = (label: string, value: string, choices?: SafeHtml): SafeHtml =>
  html`<form method="get" role="search" class="filter">${choices}<label>${label} <input type="search" name="q" value="${value}" maxlength="200"></label> <button>Show</button></form>
`;

/** An address on this site. What has no value stands not in it. */
export function siteHref(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value.toWellFormed())}`],
  );
  const names = path.map((each) => encodeURIComponent(each.toWellFormed()));
  return `/${names.join('/')}${given.length === 0 ? '' : `?${given.join('&')}`}`;
}

/** A longer one is cut where it is escaped, and leads nowhere. */
const longestAddress = 2000;

/** A link to a part of the site, as long as there is an address for it. */
export const siteLink = (href: string, text: string): SafeHtml =>
  href.length > longestAddress ? html`<bdi>${text}</bdi>` : html`<a href="${href}"><bdi>${text}</bdi></a>`;

export const nodeLink = (node: string): SafeHtml => siteLink(siteHref(['node', node]), node);

/** Rows as CSV (RFC 4180, CRLF). What is a number stays one; what is a text can be no formula. */
export const siteCsv = (rows: SiteRows): string =>
  rows
    .map(
      (row) =>
        `${row.map((cell) => (typeof cell === 'number' ? String(cell) : field(cleanText(cell)))).join(',')}\r\n`,
    )
    .join('');

/** Whether some text of a row has what was searched for. */
export const hasText = (sought: string, texts: readonly (string | undefined)[]): boolean =>
  sought === '' || texts.some((text) => text?.toLowerCase().includes(sought.toLowerCase()) ?? false);
