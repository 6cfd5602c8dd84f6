import { isBlock } from '../verdict/words/block-words.ts';
import { inTheWay } from '../format/in-the-way.ts';
import { cellVerdictOrder, openingOf } from '../verdict/words/verdict-words.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { cellWord, conclusionTones } from './marks.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** The verdict in words, before any number. */
export function verdictSection(verdict: Verdict): SafeHtml {
  const { conclusion, headline } = verdict;
  const opening = openingOf(verdict);
  return html`<section id="verdict" class="verdict ${opening.isPromise ? conclusionTones[conclusion] : 'none'}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><span class="mark" aria-hidden="true">${opening.mark}</span> ${opening.words}</h2>
${opening.tally === undefined ? undefined : html`<p class="tally">${opening.tally}</p>`}${isBlock(verdict) ? html`<p class="in-the-way">${inTheWay(verdict)}</p>` : undefined}<p class="headline">${headline}</p>
<p>${opening.sentence}</p>
</section>
`;
}

/** How many cells carry which word; only `pass` counts as met. */
export function countsSection({ counts }: Verdict): SafeHtml {
  const rows = cellVerdictOrder
    .filter((word) => word !== 'not-applicable' || counts.required[word] + counts.advisory[word] > 0)
    .map((word) => [
      cellWord(word, counts.required[word] + counts.advisory[word] === 0),
      html`${counts.required[word]}`,
      html`${counts.advisory[word]}`,
    ]);
  const columns = [
    { title: 'Cells' },
    { title: 'Required', isNumber: true },
    { title: 'Advisory', isNumber: true },
  ];
  return section(
    'counts',
    'Counts',
    'A cell is one requirement on one subject.',
    html`<div class="counts">${table({ label: 'Cells by verdict', columns, rows, narrow: 'columns' })}</div>`,
  );
}
