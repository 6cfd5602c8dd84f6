import { atDepth } from '../../page/at-depth.ts';
import type { Paper } from '../../page/paper.ts';
import { html } from './html.ts';
import { paperStyleSheet } from './picture-style-sheet.ts';
import { renderSection } from './render-content.ts';
import { renderDocumentHead, renderOpening } from './render-html.ts';

/** A report that is not about one run as one HTML file: no script, and no request of any kind, as those on runs. */
export function renderPaperHtml({
  title,
  promise,
  note,
  assay,
  particulars,
  opening,
  sections,
}: Paper): string {
  return html`${renderDocumentHead(`${opening.words} – ${title}`, assay, paperStyleSheet)}
<header>
<p class="maker">Assay</p>
<h1>${title}</h1>
<p class="promise">${promise}</p>
<p class="note">${note}</p>
<dl class="particulars">
${particulars.map(
  ({ term, text }) => html`<div><dt>${term}</dt><dd>${text}</dd></div>
`,
)}<div><dt>Assay</dt><dd>${assay}</dd></div>
</dl>
</header>
<main>
${renderOpening({ ...opening, inTheWay: undefined })}${atDepth(sections, 'page').map(renderSection)}</main>
<footer><p>${title} by Assay ${assay}. Absence of evidence is never a pass.</p></footer>
</body>
</html>
`.markup;
}
