import type { Span, Text, Word } from '../../page/content.ts';
import type { SafeHtml } from './html.ts';
import { html } from './html.ts';

/** A line of text; only its words, and never its markup, come from a document. */
export const renderText = (text: Text): SafeHtml =>
  typeof text === 'string' ? renderProse(text) : html`${text.map(renderSpan)}`;

/** A sentence; what stands in backticks, to be typed or found as it is, is code. */
export const renderProse = (text: string): SafeHtml =>
  text.includes('`')
    ? html`${text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))}`
    : html`${text}`;

function renderSpan(span: Span): SafeHtml {
  if (typeof span === 'string') return renderProse(span);
  switch (span.kind) {
    case 'word':
      return renderWord(span);
    case 'strong':
      return html`<b>${span.text}</b>`;
    case 'name':
      return html`<bdi>${span.text}</bdi>`;
    case 'node':
      return nodeLink(span.text);
    case 'code':
      return html`<code>${span.text}</code>`;
    case 'figure':
      return renderFigure(span.text);
    case 'note':
    case 'tag':
    case 'zero':
      return html`<span class="${span.kind}">${span.text}</span>`;
  }
}

/** A mark and a colour that only repeat the word beside them. */
export const renderWord = ({ tone, mark, text }: Word): SafeHtml =>
  html`<span class="word ${tone}"><span aria-hidden="true">${mark}</span>${text === '' ? undefined : html` ${text}`}</span>`;

/** Longer than any quantity or range: a list of names, which has to wrap. */
const longestFigure = 32;

/** A number with its unit: kept on one line, unless a document made something else of it. */
export const renderFigure = (text: string): SafeHtml =>
  text.length > longestFigure ? html`${text}` : html`<span class="figure">${text}</span>`;

/** A name that is a directory below `nodes/`: what an inventory allows. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The name of a node, with a link to its report from that of its block where it has one (`pages`). */
export const nodeLink = (node: string, pages?: ReadonlySet<string>): SafeHtml =>
  plainName.test(node) && pages?.has(node) !== false
    ? html`<a href="nodes/${node}/report.html"><bdi>${node}</bdi></a>`
    : html`<bdi>${node}</bdi>`;
