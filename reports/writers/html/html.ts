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
  let markup = strings[0] ?? '';
  for (let place = 0; place < parts.length; place += 1)
    markup += renderPart(parts[place]) + (strings[place + 1] ?? '');
  return trusted(markup);
}

/** Marks a constant of ours (a style sheet, a drawing) as markup. Never for text from a document. */
export const trusted = (markup: string): SafeHtml => ({ markup }) as SafeHtml; // the one place where the brand is given

function renderPart(part: Part): string {
  if (typeof part === 'string') return harmless.test(part) ? part : escapeHtml(cleanText(part));
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (!isList(part)) return part.markup;
  let markup = '';
  for (const each of part) markup += each.markup;
  return markup;
}

/** `Array.isArray` does not tell lists that are only read. */
const isList: (part: SafeHtml | readonly SafeHtml[]) => part is readonly SafeHtml[] = Array.isArray;

/** Short and printable, with nothing to escape: almost all texts are. */
const harmless = /^[ !#-%(-;=?-_a-~–·×≤≥…µ]{0,1000}$/;

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
