import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import type { SiteView } from './site-page.ts';
import { shortText, siteHref, siteLink, siteSection, siteSelect } from './site-page.ts';

/** Machines against metrics on one night. */
export interface FleetMap {
  readonly by: 'rack' | 'node' | 'device';
  readonly night: string;
  /** Nights that can be shown, oldest first. */
  readonly nights: readonly string[];
  readonly racks: readonly string[];
  readonly metrics: readonly { readonly id: string; readonly title: string }[];
  /** What is left of all by a choice. */
  readonly rack: string | undefined;
  readonly metric: string | undefined;
  readonly sought: string;
  readonly columns: readonly { readonly metric: string; readonly title: string; readonly note: string }[];
  readonly rows: readonly FleetRow[];
}

export interface FleetRow {
  readonly name: string;
  readonly rack: string;
  /** The machine that it is or is in; absent for a rack. */
  readonly node: string | undefined;
  readonly cells: readonly FleetCell[];
}

/** What is known of the devices that a cell stands for. */
export interface FleetCell {
  readonly measured: number;
  /** Measured before, and not on this night. */
  readonly missing: number;
  readonly worse: number;
  readonly unjudged: number;
  /** The worst difference to the middle of their kind, as a share, worse is negative; absent where too few of a kind were measured. */
  readonly off: number | undefined;
}

/** A page with more cells takes a browser long. */
const mostCells = 5000;

/** Rules find what is off by so much (docs/nightly.md: slow, step, extreme). */
const levels = [-0.02, -0.03, -0.08];

/** Which machines are behind their kind in what, on one night; what was not measured is hatched. */
export function fleetPage(map: FleetMap): SiteView {
  const { by, night, nights, rack, metric, sought, columns, rows } = map;
  const shown = rows.slice(0, Math.max(1, Math.floor(mostCells / Math.max(1, columns.length))));
  const kept = { by, rack, metric, q: sought };
  const at = nights.indexOf(night);
  const nightLink = (date: string | undefined) =>
    date === undefined ? undefined : { href: siteHref(['fleet'], { ...kept, night: date }), text: date };
  return {
    title: `Fleet on ${night}`,
    note: 'How far each is from the middle of its kind on that night, in per cent of it; below zero is worse, whatever is better.',
    beside: { previous: nightLink(nights[at - 1]), next: nightLink(nights[at + 1]) },
    rows: () => [
      [
        'night',
        'rack',
        by,
        'metric',
        'title',
        'dimensions',
        'off',
        'measured',
        'missing',
        'worse',
        'no judgement',
      ],
      ...rows.flatMap((row) =>
        row.cells.map(({ off = '', measured, missing, worse, unjudged }, place) => {
          const { metric: id = '', title = '', note = '' } = columns[place] ?? {};
          return [night, row.rack, row.name, id, title, note, off, measured, missing, worse, unjudged];
        }),
      ),
    ],
    main: html`${choice(map)}${siteSection(
      'map',
      by === 'rack' ? 'Racks' : by === 'node' ? 'Machines' : 'Machines and devices',
      'A cell is the worst of what it stands for.',
      html`<p class="legend">✖ worse by a rule   ◐ no judgement   <span class="swatch gone"></span> not measured   <span class="swatch never"></span> never measured   · too few of its kind</p>
${rows.length === 0 ? html`<p>Nothing is left by this choice.</p>` : heatTable({ ...map, rows: shown }, kept)}${shown.length === rows.length ? undefined : html`<p class="note">${rows.length - shown.length} more rows: choose a rack, or take the CSV.</p>`}`,
    )}`,
  };
}

/** Everything that is chosen stands in the address. */
const choice = ({ by, night, nights, racks, metrics, rack, metric, sought }: FleetMap): SafeHtml =>
  html`<form method="get" role="search" class="filter">
${siteSelect(
  'By',
  'by',
  by,
  ['rack', 'node', 'device'].map((each) => [each, each]),
)}
${siteSelect(
  'Night',
  'night',
  night,
  nights.toReversed().map((each) => [each, each]),
)}
${siteSelect('Rack', 'rack', rack ?? '', [['', 'all'], ...racks.map((each) => [each, each] as const)])}
${siteSelect('Metric', 'metric', metric ?? '', [['', 'all'], ...metrics.map(({ id, title }) => [id, title] as const)])}
<label>Name <input type="search" name="q" value="${sought}" maxlength="200"></label> <button>Show</button></form>
`;

function heatTable(
  { by, night, columns, rows }: FleetMap,
  kept: Readonly<Record<string, string | undefined>>,
): SafeHtml {
  return html`<div class="frame" role="group" aria-label="Map" tabindex="0"><table class="heat" aria-label="Differences to the middle of a kind on ${night}">
<thead><tr><th scope="col">${by === 'rack' ? 'Rack' : 'Machine'}</th>${columns.map(
    ({ metric, title, note }) =>
      html`<th scope="col" class="turned" title="${title} ${note}"><a href="${siteHref(['fleet'], { ...kept, night, metric })}"><span>${shortText([title, note].filter((text) => text !== '').join(' '), 30)}</span></a></th>`,
  )}</tr></thead>
<tbody>${rows.map(
    (row, at) => html`${
      by === 'rack' || rows[at - 1]?.rack === row.rack
        ? undefined
        : html`<tr class="rack"><th scope="rowgroup" colspan="${columns.length + 1}">Rack ${row.rack}</th></tr>
`
    }<tr><th scope="row">${
      row.node === undefined
        ? siteLink(
            siteHref(['fleet'], { ...kept, by: 'device', night, rack: row.rack }),
            shortText(row.name, 24),
          )
        : siteLink(siteHref(['node', row.node]), shortText(row.name, 24))
    }</th>${row.cells.map(heatCell)}</tr>
`,
  )}</tbody></table></div>
`;
}

const neverCell = html`<td class="never"><span class="hidden">never measured</span></td>`;
const goneCell = html`<td class="gone"><b>○</b><span class="hidden">not measured</span></td>`;

function heatCell({ measured, missing, worse, unjudged, off }: FleetCell): SafeHtml {
  if (measured === 0) return missing === 0 ? neverCell : goneCell;
  const level = off === undefined ? 0 : levels.filter((bound) => off <= bound).length;
  const mark = worse > 0 ? '✖' : unjudged > 0 ? '◐' : '';
  const lost = missing === 0 ? undefined : html`<small>○${missing}</small>`;
  return html`<td class="l${level}${missing === 0 ? '' : ' part'}">${mark}${off === undefined ? '·' : percent(off)}${lost}</td>`;
}

const percent = (share: number): string => {
  const rounded = Math.round(100 * share);
  return rounded < 0 ? `−${-rounded}` : `${rounded === 0 ? 0 : `+${rounded}`}`;
};
