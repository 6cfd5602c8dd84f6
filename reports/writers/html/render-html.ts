import { isBlock } from '../../verdict/words/block-words.ts';
import { openingOf, titleOf } from '../../verdict/words/verdict-words.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { assetsSection } from '../../html/assets-section.ts';
import { attemptsSection } from '../../html/attempts-section.ts';
import { blockAttemptsSection } from '../../html/block-attempts-section.ts';
import { blockCellsSection } from '../../html/block-cells-section.ts';
import { blockShownSection } from '../../html/block-shown-section.ts';
import { blockStyleSheet } from './block-style-sheet.ts';
import { cellsSection } from '../../html/cells-section.ts';
import { checkSection } from '../../html/check-section.ts';
import { conditionsSection } from '../../html/conditions-section.ts';
import { headSection } from '../../html/head-section.ts';
import type { SafeHtml } from './html.ts';
import { html, trusted } from './html.ts';
import { groupMeasurementsSection, measurementsSection } from '../../html/measurements-section.ts';
import { nodeMapSection, standingsSection } from '../../html/node-map-section.ts';
import { nodesSection } from '../../html/nodes-section.ts';
import { punchListSection } from '../../html/punch-list-section.ts';
import { notShownSection, shownSection } from '../../html/shown-section.ts';
import { styleSheet } from './style-sheet.ts';
import { trialsSection } from '../../html/trials-section.ts';
import { countsSection, verdictSection } from '../../html/verdict-section.ts';

/** The report as one HTML file: no script, and no request of any kind, which its own policy enforces. */
export function renderHtml(verdict: Verdict): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="Assay ${verdict.assay}">
<title>${openingOf(verdict).words}: ${verdict.run.id}, ${verdict.profile.id} – ${titleOf(verdict)}</title>
<style>${trusted(isBlock(verdict) ? styleSheet + blockStyleSheet : styleSheet)}</style>
</head>
<body>
${headSection(verdict)}<main>
${isBlock(verdict) ? blockSections(verdict) : sections(verdict)}</main>
<footer><p>${titleOf(verdict)} by Assay ${verdict.assay}, run ${verdict.run.id}. Absence of evidence is never a pass.</p></footer>
</body>
</html>
`;
  return page.markup;
}

/** One machine, or a few that were surveyed one by one: everything is on the page. */
const sections = (verdict: Verdict): SafeHtml =>
  html`${verdictSection(verdict)}${assetsSection(verdict)}${countsSection(verdict)}${punchListSection(verdict)}${shownSection(verdict)}${notShownSection(verdict)}${measurementsSection(verdict)}${cellsSection(verdict)}${nodesSection(verdict)}${trialsSection(verdict)}${attemptsSection(verdict)}${checkSection(verdict)}`;

/** Many nodes: what they amount to together. What is about one of them alone is in its own report. */
function blockSections(verdict: Verdict): SafeHtml {
  const isSurvey = verdict.profile.id === 'survey';
  return html`${verdictSection(verdict)}${nodeMapSection(verdict)}${isSurvey ? assetsSection(verdict) : undefined}${punchListSection(verdict)}${blockShownSection(verdict)}${notShownSection(verdict)}${trialsSection(verdict)}${groupMeasurementsSection(verdict)}${standingsSection(verdict)}${countsSection(verdict)}${blockCellsSection(verdict)}${isSurvey ? undefined : assetsSection(verdict)}${blockAttemptsSection(verdict)}${conditionsSection(verdict)}${checkSection(verdict)}`;
}
