import { cleanText } from '../text/clean-text.ts';
import { displayWidth } from '../text/display-width.ts';
import type { Paint } from './terminal-style.ts';
import { wrapText } from '../text/wrap-text.ts';

/** What a section writes with: the width to keep to and the colours, if any. */
export interface TerminalPage {
  readonly columns: number;
  readonly paint: Paint;
}

/** Text wrapped to the page with every line indented, the first one led by `lead`, which fits into the indent. */
export function hang(text: string, page: TerminalPage, indent: number, lead = ''): readonly string[] {
  return wrapText(cleanText(text), page.columns - indent).map((line, place) =>
    `${padEnd(place === 0 ? lead : '', indent)}${line}`.trimEnd(),
  );
}

/** Pads by columns, not by characters. */
export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - displayWidth(text))) + text;
