import type { SafeHtml } from '../writers/html/html.ts';
import { html } from '../writers/html/html.ts';

/** Longer than any quantity or range: a list of names, which has to wrap. */
const longestFigure = 32;

/** A number with its unit: kept on one line, unless a document made something else of it. */
export const figure = (text: string): SafeHtml =>
  text.length > longestFigure ? html`${text}` : html`<span class="figure">${text}</span>`;
