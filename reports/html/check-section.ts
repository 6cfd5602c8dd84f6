import { checkCommands } from '../format/check-commands.ts';
import { exitWords } from '../verdict/words/verdict-words.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';

/** How somebody who believes none of this can check it. */
export function checkSection(verdict: Verdict): SafeHtml {
  const { inputs, journals } = verdict.evidence;
  const body = html`<p>This report says no more than the verdict document and the run directory that it comes from. With a copy of that directory:</p>
<dl class="commands">${checkCommands(verdict).map(({ command, what }) => html`<div><dt><code>${command}</code></dt><dd>${what}</dd></div>`)}</dl>
<p>${exitWords(verdict.exitCode)} Profile digest <code>${verdict.profile.digest}</code>.</p>
<details><summary>Digests of the evidence: ${inputs.length} ${inputs.length === 1 ? 'input' : 'inputs'}, ${journals.length} ${journals.length === 1 ? 'journal' : 'journals'}</summary>
<dl class="digests">${inputs.map((input) => html`<div><dt>${input.path}</dt><dd><code>${input.sha256}</code></dd></div>`)}${journals.map(
    (journal) =>
      html`<div><dt>journal of <bdi>${journal.node}</bdi>, ${journal.records} records</dt><dd><code>${journal.head}</code></dd></div>`,
  )}</dl></details>`;
  return section('check', 'Check it', 'Offline, without the machines.', body);
}
