import { trialMarks, trialWords } from '../verdict/words/trial-words.ts';
import type { Trial, Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

/** Measurements across nodes: added ones and those that did not go well in the open, the rest folded. */
export function trialsSection({ block }: Verdict): SafeHtml {
  const trials = block?.trials ?? [];
  if (trials.length === 0) return html``;
  const isTold = ({ outcome, isExtra }: Trial): boolean => isExtra || outcome !== 'good';
  const told = trials.filter(isTold);
  const others = trials.filter((trial) => !isTold(trial));
  const body = html`<p>${trialWords(trials)}</p>${told.length === 0 ? undefined : trialTable('Added, or not good', told)}${
    others.length === 0
      ? undefined
      : html`<details><summary>${others.length} good as planned</summary>${trialTable('Good as planned', others)}</details>`
  }`;
  return section(
    'trials',
    'Across nodes',
    'Pairs and groups, in the order in which they were measured. A partner that is known to be good shows who is not.',
    body,
  );
}

const tones = { good: 'good', bad: 'bad', unknown: 'doubt' } as const;

const trialTable = (label: string, trials: readonly Trial[]): SafeHtml =>
  table({
    label,
    columns: [{ title: 'Nodes' }, { title: 'Outcome', width: 'narrow' }, { title: 'Why', width: 'wide' }],
    rows: trials.map((trial) => [
      html`<bdi>${trial.group}</bdi>${trial.isExtra ? html` <span class="tag">extra</span>` : undefined}<small><code>${trial.step}</code></small>`,
      html`<span class="word ${tones[trial.outcome]}"><span aria-hidden="true">${trialMarks[trial.outcome]}</span> ${trial.outcome}</span>`,
      html`${trial.reason}`,
    ]),
  });
