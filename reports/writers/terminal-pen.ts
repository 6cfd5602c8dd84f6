import type { Span, Text, Tone } from '../page/content.ts';
import { cleanText } from '../text/clean-text.ts';
import { padEnd } from '../text/display-width.ts';
import { wrapText } from '../text/wrap-text.ts';

/** What a part of the report is written with: the width to keep to, and colours, if any. */
export interface Pen {
  readonly columns: number;
  /** Adds colour to finished lines. It is only ever a second carrier: words and marks say the same. */
  readonly paint: (style: Style, text: string) => string;
}
type Style = 'strong' | 'quiet' | Exclude<Tone, 'none'>;

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  strong: [1, 22],
  quiet: [2, 22],
  bad: [31, 39],
  doubt: [33, 39],
  lost: [35, 39],
  good: [32, 39],
};

export const paint = (style: Style, text: string): string =>
  `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m`;

/** Text wrapped to the screen with every line indented, the first one led by `lead`, which fits into the indent. */
export function hang(text: Text, pen: Pen, indent: number, lead = ''): readonly string[] {
  return wrapText(plainText(text), pen.columns - indent).map((line, place) =>
    `${padEnd(place === 0 ? lead : '', indent)}${line}`.trimEnd(),
  );
}

/** Cleaned piece by piece, so that a long line is not taken for one long name. */
export const plainText = (text: Text): string =>
  typeof text === 'string' ? cleanText(text) : text.map(spanText).join('');

function spanText(span: Span): string {
  if (typeof span === 'string') return cleanText(span);
  const text = cleanText(span.text);
  if (span.kind === 'tag') return `(${text})`;
  return span.kind === 'word' ? `${span.mark} ${text}` : text;
}
