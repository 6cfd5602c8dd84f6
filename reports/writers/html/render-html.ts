import { atDepth } from '../../page/at-depth.ts';
import type { PageHead } from '../../page/page.ts';
import { headOf, sectionsOf } from '../../page/page.ts';
import type { VerdictLookup } from '../../verdict/verdict-lookup.ts';
import type { Language } from '../../verdict/words/front-words.ts';
import { languageWords } from '../../verdict/words/front-words.ts';
import type { SafeHtml } from './html.ts';
import { html, trusted } from './html.ts';
import { pictureStyleSheet } from './picture-style-sheet.ts';
import { renderSection } from './render-content.ts';
import { styleSheet } from './style-sheet.ts';

/** The report as one HTML file: no script, and no request of any kind, which its own policy enforces. */
export const renderHtml = (lookup: VerdictLookup): string => [...htmlPieces(lookup)].join('');

/** The same, section by section: each of a thousand pages is never there as a whole. */
export function* htmlPieces(lookup: VerdictLookup): Generator<string> {
  const page = headOf(lookup);
  const { title, run, assay } = page;
  yield renderBeginning(page).markup;
  for (const section of sectionsOf(lookup))
    for (const shown of atDepth([section], 'page')) yield renderSection(shown).markup;
  yield html`</main>
<footer><p>${title} by Assay ${assay}, run ${run.id}. Absence of evidence is never a pass.</p></footer>
</body>
</html>
`.markup;
}

function renderBeginning(page: PageHead): SafeHtml {
  const { title, run, profile, assay, opening } = page;
  return html`${renderDocumentHead(`${opening.words}: ${run.id}, ${profile.id} – ${title}`, assay, page.nodes === undefined ? '' : pictureStyleSheet)}
${renderHead(page)}<main>
${renderOpening(page.opening)}`;
}

/** What every page begins with: the policy that keeps it from any request and any script, and the one style sheet. */
export const renderDocumentHead = (
  title: string,
  assay: string,
  moreStyle = '',
  language: Language = 'en',
): SafeHtml => html`<!doctype html>
<html lang="${language}"${trusted(languageWords[language].direction === 'rtl' ? ' dir="rtl"' : '')}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="Assay ${assay}">
<title>${title}</title>
<style>${trusted(`${styleSheet}${moreStyle}`)}</style>
</head>
<body>`;

/** What this paper is, of which run, against which promise. */
export function renderHead({
  title,
  profile,
  note,
  part,
  run,
  nodes,
  moment,
  suite,
  assay,
}: PageHead): SafeHtml {
  return html`<header>
<p class="maker">Assay</p>
<h1>${title}</h1>
<p class="promise">Profile: ${profile.title}</p>
<p class="note">${note}</p>
${part === undefined ? undefined : html`<p class="part"><b>${part.node}</b>${part.place === '' ? '' : ` at ${part.place}`}. ${part.words} <a href="../../report.html">Report on all of them</a></p>`}<dl class="particulars">
<div><dt>Run</dt><dd>${run.id}</dd></div>
${nodes === undefined ? undefined : html`<div><dt>Nodes</dt><dd>${nodes}</dd></div>`}<div><dt>Started</dt><dd><time datetime="${run.startedAt}">${moment}</time></dd></div>
<div><dt>Purpose</dt><dd>${run.purpose}</dd></div>
<div><dt>Profile</dt><dd>${profile.id} ${profile.version}</dd></div>
<div><dt>Suite</dt><dd>${suite.id} ${suite.version}</dd></div>
<div><dt>Assay</dt><dd>${assay}</dd></div>
</dl>
</header>
`;
}

export const renderOpening = ({
  tone,
  mark,
  words,
  tally,
  inTheWay,
  headline,
  sentence,
}: Omit<PageHead['opening'], 'exit' | 'counts' | 'headline'> & {
  readonly headline?: string;
}): SafeHtml => html`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><span class="mark" aria-hidden="true">${mark}</span> ${words}</h2>
${tally === undefined ? undefined : html`<p class="tally">${tally}</p>`}${inTheWay === undefined ? undefined : html`<p class="in-the-way">${inTheWay}</p>`}${
  headline === undefined
    ? undefined
    : html`<p class="headline">${headline}</p>
`
}<p>${sentence}</p>
</section>
`;
