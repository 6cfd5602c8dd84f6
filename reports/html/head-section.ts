import { isBlock, partWords, placeOf } from '../verdict/words/block-words.ts';
import { formatMoment } from '../format/format-moment.ts';
import { kindNotes, titleOf } from '../verdict/words/verdict-words.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

/** What this paper is, of which run, against which promise. */
export function headSection(verdict: Verdict): SafeHtml {
  const { run, profile, suite, block } = verdict;
  return html`<header>
<p class="maker">Assay</p>
<h1>${titleOf(verdict)}</h1>
<p class="promise">Profile: ${profile.title}</p>
<p class="note">${kindNotes[verdict.kind]}</p>
${block?.whole === undefined ? undefined : html`<p class="part"><b><bdi>${block.nodes[0]?.id ?? ''}</bdi></b>${placeOf(verdict, block.nodes[0]?.id ?? '') === '' ? undefined : html` at ${placeOf(verdict, block.nodes[0]?.id ?? '')}`}. ${partWords(block.whole)} <a href="../../report.html">Report on all of them</a></p>`}<dl class="particulars">
<div><dt>Run</dt><dd>${run.id}</dd></div>
${isBlock(verdict) ? html`<div><dt>Nodes</dt><dd>${verdict.nodes.length}</dd></div>` : undefined}<div><dt>Started</dt><dd><time datetime="${run.startedAt}">${formatMoment(run.startedAt)}</time></dd></div>
<div><dt>Purpose</dt><dd>${run.purpose}</dd></div>
<div><dt>Profile</dt><dd>${profile.id} ${profile.version}</dd></div>
<div><dt>Suite</dt><dd>${suite.id} ${suite.version}</dd></div>
<div><dt>Assay</dt><dd>${verdict.assay}</dd></div>
</dl>
</header>
`;
}
