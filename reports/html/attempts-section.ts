import { countAttempts } from '../format/count-attempts.ts';
import { formatDuration } from '../verdict/words/format-duration.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';
import { section } from './section.ts';
import { table } from './table.ts';

type Attempt = Verdict['attempts'][number];

/** Everything that was tried: what did not complete in the open, the rest folded. */
export function attemptsSection(verdict: Verdict): SafeHtml {
  const completed = verdict.attempts.filter((attempt) => attempt.execution === 'completed');
  const others = verdict.attempts.filter((attempt) => attempt.execution !== 'completed');
  const body = html`<p>${countAttempts(verdict)}</p>${others.length === 0 ? undefined : attemptTable('Steps that did not complete', others)}${
    completed.length === 0
      ? undefined
      : html`<details><summary>${completed.length} completed</summary>${attemptTable('Steps that completed', completed)}</details>`
  }`;
  return section('attempts', 'Attempts', 'Nothing that was tried is left out.', body);
}

const attemptTable = (label: string, attempts: readonly Attempt[]): SafeHtml =>
  table({
    label,
    columns: [
      { title: 'Step' },
      { title: 'Node' },
      { title: 'Tool' },
      { title: 'Outcome', width: 'wide' },
      { title: 'Took', isNumber: true },
    ],
    rows: attempts.map((attempt) => [
      html`<code>${attempt.step}</code>`,
      html`<bdi>${attempt.node}</bdi>`,
      html`${attempt.workload} by ${attempt.tool}, run ${attempt.repetition}`,
      html`${attempt.execution}${attempt.reason === undefined ? undefined : html`<small>${attempt.reason}</small>`}`,
      html`${attempt.durationMs === undefined ? '–' : formatDuration(attempt.durationMs)}`,
    ]),
  });
