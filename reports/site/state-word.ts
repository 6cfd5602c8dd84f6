import type { NightEvent } from '../verdict/words/night-words.ts';
import { eventState, isBad } from '../verdict/words/night-words.ts';
import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

/** How an event stands, told apart without colour too. */
export function stateWord(event: NightEvent): SafeHtml {
  const [tone, mark] = isBad(event)
    ? ['bad', '✖']
    : event.state === 'closed'
      ? ['none', '●']
      : ['doubt', '◐'];
  return html`<span class="word ${tone}">${mark} ${eventState(event)}</span>`;
}
