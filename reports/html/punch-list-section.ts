import { blameSentences, looseBlames, whereabouts } from '../format/blame-sentences.ts';
import { isBlock } from '../verdict/words/block-words.ts';
import { foldPunchList } from '../format/fold-punch-list.ts';
import { formatLimit } from '../verdict/words/format-limit.ts';
import { formatObserved } from '../verdict/words/format-observed.ts';
import { uncoveredRows } from '../format/uncovered-cells.ts';
import { emptyPunchList } from '../verdict/words/verdict-words.ts';
import type { Defect, Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { cellWord } from './marks.ts';
import { section } from './section.ts';

/** Who has to do what: one entry for each cause, however many cells it spoils. */
export function punchListSection(verdict: Verdict): SafeHtml {
  const uncovered = uncoveredRows(verdict);
  const loose = looseBlames(verdict);
  const body = html`${
    verdict.defects.length === 0
      ? html`<p>${emptyPunchList(verdict)}</p>`
      : html`<ol class="punch-list">${foldPunchList(verdict).map((it) => defect(it, verdict))}</ol>`
  }${
    loose.length === 0
      ? undefined
      : html`<p>Blamed, and in no defect:</p><ul>${loose.map(({ reason }) => html`<li>${reason}</li>`)}</ul>`
  }${
    uncovered.length === 0
      ? undefined
      : html`<p>Not met and in no defect:</p><ul>${uncovered.map((cell) => html`<li>${cellWord(cell.verdict)} <code>${cell.id}</code> ${cell.reason}</li>`)}</ul>`
  }`;
  return section(
    'punch-list',
    'Punch list',
    isBlock(verdict)
      ? 'One entry for each cause, about all nodes that share it. punch-list.csv has a row for every node.'
      : 'One entry for each cause. The same list is in punch-list.csv.',
    body,
  );
}

function defect(it: Defect, verdict: Verdict): SafeHtml {
  const [what, ...where] = whereabouts(verdict, it);
  const cell = verdict.cells.find(({ id }) => id === it.cells[0]);
  return html`<li>
<p class="line">${cellWord(it.verdict)} <b><bdi>${what}</bdi></b> ${where.map((each) => html`<span><bdi>${each}</bdi></span> `)}<span class="owner">${it.owner}</span></p>
<p>${it.symptom}</p>
${isBlock(verdict) && cell?.limit !== undefined && cell.observed !== undefined ? html`<p class="owner">limit ${formatLimit(cell)}, found ${formatObserved(cell)}</p>` : undefined}${blameSentences(verdict, it).map((sentence) => html`<p>${sentence}</p>`)}
<p class="action"><span class="lead">To do</span> ${it.action}</p>
${it.retest === undefined ? undefined : html`<p><span class="lead">Re-test</span> ${it.retest}</p>`}<details><summary>${it.cells.length} ${it.cells.length === 1 ? 'cell' : 'cells'}, ${it.evidence.length} ${it.evidence.length === 1 ? 'file' : 'files'} of evidence</summary>
<ul class="paths">${it.cells.map((id) => html`<li><code>${id}</code></li>`)}${it.evidence.map((path) => html`<li><code>${path}</code></li>`)}</ul></details>
</li>
`;
}
