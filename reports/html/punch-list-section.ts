import { uncoveredCells } from '../format/uncovered-cells.ts';
import { emptyPunchList } from '../format/verdict-words.ts';
import type { Defect, Verdict } from '../schema/verdict.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';
import { cellWord } from './marks.ts';
import { section } from './section.ts';

/** Who has to do what: one entry for each cause, however many cells it spoils. */
export function punchListSection(verdict: Verdict): SafeHtml {
  const uncovered = uncoveredCells(verdict);
  const body = html`${
    verdict.defects.length === 0
      ? html`<p>${emptyPunchList(verdict)}</p>`
      : html`<ol class="punch-list">${verdict.defects.map(defect)}</ol>`
  }${
    uncovered.length === 0
      ? undefined
      : html`<p>Not met and in no defect:</p><ul>${uncovered.map((cell) => html`<li>${cellWord(cell.verdict)} <code>${cell.id}</code> ${cell.reason}</li>`)}</ul>`
  }`;
  return section(
    'punch-list',
    'Punch list',
    'One entry for each cause. The same list is in punch-list.csv.',
    body,
  );
}

const defect = (it: Defect): SafeHtml => html`<li>
<p class="line">${cellWord(it.verdict)} <b><bdi>${it.subject}</bdi></b> <span class="owner">${it.owner}</span></p>
<p>${it.symptom}</p>
<p class="action"><span class="lead">To do</span> ${it.action}</p>
<details><summary>${it.cells.length} ${it.cells.length === 1 ? 'cell' : 'cells'}, ${it.evidence.length} ${it.evidence.length === 1 ? 'file' : 'files'} of evidence</summary>
<ul class="paths">${it.cells.map((cell) => html`<li><code>${cell}</code></li>`)}${it.evidence.map((path) => html`<li><code>${path}</code></li>`)}</ul></details>
</li>
`;
