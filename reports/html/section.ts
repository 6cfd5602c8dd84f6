import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

/** A part of the report: its heading in the margin, its matter beside it. */
export const section = (id: string, title: string, note: string, body: SafeHtml): SafeHtml =>
  html`<section id="${id}" aria-labelledby="${id}-title"><div class="heading"><h2 id="${id}-title">${title}</h2>${note === '' ? undefined : html`<p class="note">${note}</p>`}</div><div class="matter">
${body}
</div></section>
`;
