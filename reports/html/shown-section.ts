import { foldNotShown } from '../format/fold-not-shown.ts';
import type { ShownRow } from '../format/fold-shown.ts';
import { foldShown } from '../format/fold-shown.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { figure } from './figure.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Requirements that were met, each with its limit and the value that came nearest to it. */
export function shownSection(verdict: Verdict): SafeHtml {
  const rows = foldShown(verdict);
  const body =
    rows.length === 0
      ? html`<p>Nothing: no cell of this profile passes.</p>`
      : table({
          label: 'Requirements that are met',
          columns: [
            { title: 'Requirement' },
            { title: 'Limit', isNumber: true },
            { title: 'Nearest to it', isNumber: true },
            { title: 'Margin', isNumber: true },
            { title: 'Met by', isNumber: true },
          ],
          rows: rows.map(shownRow),
        });
  return section(
    'shown',
    'What was shown',
    'Beside each limit the lowest (or highest) single run, not the median that decided.',
    body,
  );
}

const shownRow = (row: ShownRow): readonly SafeHtml[] => [
  html`${row.title}${row.level === 'advisory' ? html` <span class="tag">advisory</span>` : undefined}`,
  figure(row.limit),
  html`${figure(row.worst)}${row.end === 'found' ? undefined : html` <small>${row.end}${row.applicable > 1 && row.where !== '' ? html`, <bdi>${row.where}</bdi>` : undefined}</small>`}`,
  figure(row.margin),
  row.passed === row.applicable
    ? figure(`all ${row.applicable}`)
    : html`<b>${figure(`${row.passed} of ${row.applicable}`)}</b>`,
];

/** What was not shown, set as large as what was. */
export function notShownSection(verdict: Verdict): SafeHtml {
  const rows = foldNotShown(verdict);
  const body =
    rows.length === 0
      ? html`<p>The document names nothing.</p>`
      : table({
          label: 'What was not shown, and why',
          columns: [{ title: 'Not shown' }, { title: 'Because', width: 'wide' }],
          rows: rows.map((row) => [
            html`<ul class="plain">${row.what.map((what) => html`<li>${what}</li>`)}</ul>`,
            html`${row.reason}`,
          ]),
        });
  return section(
    'not-shown',
    'Not shown',
    'Nothing in this report may be read as a statement on these.',
    body,
  );
}
