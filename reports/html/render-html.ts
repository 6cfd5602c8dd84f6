import { isBlock } from '../format/block-words.ts';
import { openingOf, titleOf } from '../format/verdict-words.ts';
import type { Verdict } from '../schema/verdict.ts';
import { assetsSection } from './assets-section.ts';
import { attemptsSection } from './attempts-section.ts';
import { blockAttemptsSection } from './block-attempts-section.ts';
import { blockCellsSection } from './block-cells-section.ts';
import { blockShownSection } from './block-shown-section.ts';
import { blockStyleSheet } from './block-style-sheet.ts';
import { cellsSection } from './cells-section.ts';
import { checkSection } from './check-section.ts';
import { conditionsSection } from './conditions-section.ts';
import { headSection } from './head-section.ts';
import type { SafeHtml } from './html.ts';
import { html, trusted } from './html.ts';
import { groupMeasurementsSection, measurementsSection } from './measurements-section.ts';
import { nodeMapSection, standingsSection } from './node-map-section.ts';
import { nodesSection } from './nodes-section.ts';
import { punchListSection } from './punch-list-section.ts';
import { notShownSection, shownSection } from './shown-section.ts';
import { styleSheet } from './style-sheet.ts';
import { trialsSection } from './trials-section.ts';
import { countsSection, verdictSection } from './verdict-section.ts';

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
