import type { EventOfNights, Nights } from '../../reports/verdict/nights.ts';
import { md } from '../../reports/writers/markdown.ts';
import { lineOf, summaryOf } from './night-summary.ts';

/** What a night says, as Markdown: what is new, still bad, healed, and what was not measured, none of it left out. */
export function nightMarkdown(nights: Nights): string {
  const { headline, news, still, healed, notMeasured, unjudged } = summaryOf(nights);
  const events = (title: string, those: readonly EventOfNights[]): readonly string[] =>
    those.length === 0
      ? []
      : [`## ${title}`, '', ...those.map((event) => `- ${md(lineOf(event))} \`${event.id}\``), ''];
  const reasons = [...Map.groupBy(notMeasured, ({ why }) => why)];
  return [
    `# ${md(headline)}`,
    '',
    ...events('New', news),
    ...events('Still bad', still),
    ...events('Healed, to be closed', healed),
    ...(notMeasured.length === 0 ? [] : ['## Not measured', '']),
    ...reasons.map(([why, those]) => `- ${md(why)}: ${md(those.map(({ node }) => node).join(', '))}`),
    ...(notMeasured.length === 0 ? [] : ['']),
    ...(unjudged.length === 0 ? [] : ['## Without a judgement', '']),
    ...unjudged.map(([reason, count]) => `- ${count} series: ${reason}`),
    ...(unjudged.length === 0 ? [] : ['']),
  ].join('\n');
}
