import { atDepth } from '../../page/at-depth.ts';
import { headOf, sectionsOf } from '../../page/page.ts';
import type { VerdictLookup } from '../../verdict/verdict-lookup.ts';
import { html, trusted } from './html.ts';
import { renderSection } from './render-content.ts';
import { renderDocumentHead, renderHead, renderOpening } from './render-html.ts';

/**
 * The report for paper: what a ticket has, a list of its contents, and on every page the run and the number of the page. What
 * is folded on the screen, and all detail, stays in the HTML report. Whoever prints it makes pages of it (A4).
 */
export function renderPrint(lookup: VerdictLookup): string {
  const page = headOf(lookup);
  const { title, run, profile, assay, opening } = page;
  const sections = atDepth([...sectionsOf(lookup)], 'ticket');
  return html`${renderDocumentHead(`${opening.words}: ${run.id}, ${profile.id} – ${title}`, assay)}
<style>${trusted(printSheet(`${cssText(run.id)} · ${cssText(profile.id)} ${cssText(profile.version)}`))}</style>
${renderHead(page)}<nav class="contents" aria-label="Contents"><ol>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
<main>
${renderOpening(opening)}${sections.map(renderSection)}</main>
<footer><p>${title} by Assay ${assay}, run ${run.id}. All detail is in report.html beside the run. Absence of evidence is never a pass.</p></footer>
</body>
</html>
`.markup;
}

/** Ids and versions are letters, digits and dots by their schemas; whatever else there is goes. */
const cssText = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]/g, '');

const printSheet = (foot: string): string => `
@page {
  size: A4; margin: 12mm 13mm 15mm;
  @bottom-left { content: "Assay · run ${foot}"; font: 7pt sans-serif; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 7pt sans-serif; }
}
@media print {
  html { font-size: 7.5pt; }
  body { line-height: 1.35; }
  h1 { margin-top: 3mm; font-size: 1.6rem; }
  header { padding-top: 1mm; }
  .particulars { margin-top: 2mm; padding-top: 1mm; gap: 1mm 8mm; }
  .contents ol { display: flex; flex-wrap: wrap; gap: 0 6mm; margin: 2mm 0 0; padding: 0; list-style-position: inside; }
  .verdict { margin-top: 3mm; padding: 3mm 0; }
  .verdict h2 { font-size: 2.2rem; }
  .headline { margin-top: 1mm; font-size: 1rem; }
  main > section:not(.verdict) { padding: 2.5mm 0; }
  .heading { margin-bottom: 1.5mm; }
  .matter > * + * { margin-top: 2mm; }
  th, td { padding-top: 0.5mm !important; padding-bottom: 0.5mm !important; line-height: 1.3; }
  .racks { display: block; } .rack { break-inside: auto; } .rack :is(ul, ol) { columns: 5; }
  .punch-list > li + li { margin-top: 1.5mm; padding-top: 1.5mm; }
  .punch-list > li + li::before { top: 0.8mm; }
  .asset + .asset { margin-top: 2mm; padding-top: 2mm; }
  .letter { width: 2.2rem; height: 2.2rem; font-size: 1.6rem; line-height: 2.1rem; }
  .asset { grid-template-columns: 2.4rem minmax(0, 1fr); }
  details > :not(summary) { display: none; }
  details::details-content { display: none; }
}
`;
