import { formatMoment } from '../format/format-moment.ts';
import { kindNotes, titleOf } from '../format/verdict-words.ts';
import type { Verdict } from '../schema/verdict.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

/** What this paper is, of which run, against which promise. */
export function headSection(verdict: Verdict): SafeHtml {
  const { run, profile, suite } = verdict;
  return html`<header>
<p class="maker">Assay</p>
<h1>${titleOf(verdict)}</h1>
<p class="promise">Profile: ${profile.title}</p>
<p class="note">${kindNotes[verdict.kind]}</p>
<dl class="particulars">
<div><dt>Run</dt><dd>${run.id}</dd></div>
<div><dt>Started</dt><dd><time datetime="${run.startedAt}">${formatMoment(run.startedAt)}</time></dd></div>
<div><dt>Purpose</dt><dd>${run.purpose}</dd></div>
<div><dt>Profile</dt><dd>${profile.id} ${profile.version}</dd></div>
<div><dt>Suite</dt><dd>${suite.id} ${suite.version}</dd></div>
<div><dt>Assay</dt><dd>${verdict.assay}</dd></div>
</dl>
</header>
`;
}
