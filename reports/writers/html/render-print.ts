import { conformitySections } from '../../page/conformity.ts';
import { frontOf } from '../../page/front.ts';
import { headOf } from '../../page/page.ts';
import type { Signature } from '../../verdict/signature.ts';
import type { VerdictLookup } from '../../verdict/verdict-lookup.ts';
import type { Language } from '../../verdict/words/front-words.ts';
import { frontStyleSheet } from './front-style-sheet.ts';
import { html } from './html.ts';
import { renderSection } from './render-content.ts';
import { renderFront } from './render-front.ts';
import { renderDocumentHead } from './render-html.ts';

/**
 * The report of conformity: page one in a language, a list of contents, and the sections, in English, as a ticket has them. On paper
 * every page has the run and its number. What is folded on the screen, and all detail, stays in the HTML report.
 */
export function renderPrint(
  lookup: VerdictLookup,
  { language, signatures }: { readonly language: Language; readonly signatures: readonly Signature[] } = {
    language: 'en',
    signatures: [],
  },
): string {
  const { title, run, profile, assay, opening } = headOf(lookup);
  const sections = conformitySections(lookup, signatures);
  const foot = `${cssText(run.id)} · ${cssText(profile.id)} ${cssText(profile.version)}`;
  return html`${renderDocumentHead(`${opening.words}: ${run.id}, ${profile.id} – ${title}`, assay, `${frontStyleSheet}${printSheet(foot)}`, language)}
${renderFront(frontOf(lookup, signatures), lookup, language)}<div lang="en" dir="ltr">
<nav class="contents" aria-label="Contents"><ol>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
<main>
${sections.map(renderSection)}</main>
<footer><p>${title} by Assay ${assay}, run ${run.id}. All detail is in report.html beside the run. Absence of evidence is never a pass.</p><p class="end">End of report ${run.id}</p></footer>
</div>
</body>
</html>
`.markup;
}

/** Ids and versions are letters, digits and dots by their schemas; whatever else there is goes. */
const cssText = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]/g, '');

const printSheet = (foot: string): string => `
.contents ol { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 1rem 0 0; padding: 0; list-style-position: inside; }
#raw code, #verify code { overflow-wrap: anywhere; }
@page {
  size: A4; margin: 12mm 13mm 15mm;
  @bottom-left { content: "Assay · run ${foot}"; font: 7pt sans-serif; }
  @bottom-right { content: counter(page) " / " counter(pages); direction: ltr; font: 7pt sans-serif; }
}
@media print {
  html { font-size: 7.5pt; }
  body { line-height: 1.35; }
  h1 { margin-top: 3mm; font-size: 1.6rem; }
  header { padding-top: 1mm; }
  .particulars { margin-top: 2mm; padding-top: 1mm; gap: 1mm 8mm; }
  .front { break-after: page; }
  .front h1 { margin-top: 1mm; }
  .front .particulars { gap: 0.5mm 6mm; margin-top: 1.5mm; }
  .front .verdict { margin-top: 2mm; padding: 2mm 0; }
  .front .verdict h2 { font-size: 2rem; }
  .front .tally { font-size: 1.25rem; margin-top: 1mm; }
  .front section:not(.verdict) { padding: 1.5mm 0; }
  .front section:last-child { border-bottom: 0; }
  .cabinets { grid-template-columns: repeat(auto-fit, minmax(20mm, 1fr)); gap: 0.5mm 3mm; }
  .cabinets ul { columns: 20mm; column-gap: 3mm; }
  .contents ol { margin: 2mm 0 0; gap: 0 6mm; }
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
  /* Nothing follows it on paper; kept with what comes next, it would tie a whole list to one page. */
  summary { break-after: auto; }
  details > :not(summary) { display: none; }
  details::details-content { display: none; }
}
`;
