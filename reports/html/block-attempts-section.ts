import { countAttempts } from '../format/count-attempts.ts';
import { foldAttempts } from '../format/fold-attempts.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Longer lists of nodes, such as those of pairs, are folded. */
const longestList = 120;

/** Everything that was tried, steps with one fate in one row; each step stands in the report of its node. */
export function blockAttemptsSection(verdict: Verdict): SafeHtml {
  const rows = foldAttempts(verdict);
  const body = html`<p>${countAttempts(verdict)}</p>${
    rows.length === 0
      ? undefined
      : table({
          label: 'Steps by what became of them',
          columns: [
            { title: 'Tool' },
            { title: 'Outcome', width: 'wide' },
            { title: 'Steps', isNumber: true },
            { title: 'Nodes', width: 'wide' },
          ],
          rows: rows.map((row) => [
            html`${row.what}`,
            html`${row.execution}${row.reason === '' ? undefined : html`<small>${row.reason}</small>`}`,
            html`${row.steps}`,
            row.nodes.length > longestList
              ? html`<details><summary>who</summary><bdi>${row.nodes}</bdi></details>`
              : html`<bdi>${row.nodes}</bdi>`,
          ]),
        })
  }`;
  return section(
    'attempts',
    'Attempts',
    'Nothing that was tried is left out. Single steps are in the reports of the nodes.',
    body,
  );
}
