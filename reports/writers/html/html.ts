import { cleanText } from '../../text/clean-text.ts';

declare const safeBrand: unique symbol;

/** Markup that is safe to send: made by `html` from escaped parts, or by `trusted` from our own constants. */
export interface SafeHtml {
  readonly [safeBrand]: true;
  readonly markup: string;
}

type Part = string | number | SafeHtml | readonly SafeHtml[] | undefined;

/**
 * The only way to build markup. Everything put in is cleaned and escaped unless it is `SafeHtml` itself; the escape
 * holds for text and for attribute values in double quotes, and nothing is ever put anywhere else.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): SafeHtml {
  const markup = strings.reduce((whole, string, place) => `${whole}${renderPart(parts[place - 1])}${string}`);
  return trusted(markup);
}

/** Marks a constant of ours (a style sheet, a drawing) as markup. Never for text from a document. */
export const trusted = (markup: string): SafeHtml => ({ markup }) as SafeHtml; // the one place where the brand is given

function renderPart(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(cleanText(part));
  if (typeof part === 'number') return escapeHtml(String(part));
  return 'markup' in part ? part.markup : part.map((each) => each.markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"'`]/g, (character) => entities[character] ?? character);
