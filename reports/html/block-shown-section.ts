import type { BlockShownRow } from '../format/fold-block-shown.ts';
import { foldBlockFacts, foldBlockShown, shownTitle } from '../format/fold-block-shown.ts';
import type { ShownRow } from '../format/fold-shown.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { figure } from './figure.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** More facts than this that all have in common are folded. */
const mostFacts = 6;

/** What the nodes that conform have shown: beside each limit the lowest and the highest of all runs, and the margin. */
export function blockShownSection(verdict: Verdict): SafeHtml {
  const measured = foldBlockShown(verdict);
  const facts = foldBlockFacts(verdict);
  const partly = facts.filter(({ passed, applicable }) => passed < applicable);
  const wholly = facts.filter(({ passed, applicable }) => passed === applicable);
  const isLong = wholly.length > mostFacts;
  const body = html`${
    measured.length === 0
      ? html`<p>Nothing that was measured.</p>`
      : table({
          label: 'Measured requirements that are met',
          columns: [
            { title: 'Requirement' },
            { title: 'Limit', isNumber: true },
            { title: 'Lowest', isNumber: true },
            { title: 'Median', isNumber: true },
            { title: 'Highest', isNumber: true },
            { title: 'Margin', isNumber: true },
            { title: 'Runs', isNumber: true },
            { title: 'Met by', isNumber: true },
          ],
          rows: measured.map(measuredRow),
        })
  }${factTable(isLong ? partly : facts)}${
    isLong
      ? html`<details><summary>${wholly.length} requirements without a measurement, met by all that they apply to</summary>${factTable(wholly)}</details>`
      : undefined
  }`;
  return section(
    'shown',
    shownTitle(verdict),
    'Lowest and highest are single runs; the margin is that of the run nearest to the limit, with the node that made it. Median: of the medians.',
    body,
  );
}

const measuredRow = (row: BlockShownRow): readonly SafeHtml[] => [
  titleOf(row),
  figure(row.limit),
  end(row, 'lowest'),
  figure(row.median),
  end(row, 'highest'),
  figure(row.margin),
  html`${row.runs}`,
  metBy(row),
];

/** The end that is nearest to the limit carries the node that has it. */
const end = (row: BlockShownRow, which: 'lowest' | 'highest'): SafeHtml =>
  row.nearest?.end === which
    ? html`<b>${figure(row[which])}</b><small><bdi>${row.nearest.where}</bdi></small>`
    : figure(row[which]);

const factTable = (rows: readonly ShownRow[]): SafeHtml =>
  rows.length === 0
    ? html``
    : table({
        label: 'Requirements that are met and need no measurement',
        columns: [
          { title: 'Without a measurement' },
          { title: 'Expected', width: 'wide' },
          { title: 'Found' },
          { title: 'Met by', isNumber: true },
        ],
        rows: rows.map(factRow),
      });

const factRow = (row: ShownRow): readonly SafeHtml[] => [
  titleOf(row),
  figure(row.limit),
  figure(row.worst),
  metBy(row),
];

const titleOf = (row: BlockShownRow | ShownRow): SafeHtml =>
  html`${row.title}${row.level === 'advisory' ? html` <span class="tag">advisory</span>` : undefined}`;

const metBy = ({ passed, applicable }: BlockShownRow | ShownRow): SafeHtml =>
  passed === applicable ? figure(`all ${applicable}`) : html`<b>${figure(`${passed} of ${applicable}`)}</b>`;
