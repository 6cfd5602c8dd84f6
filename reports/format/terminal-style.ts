import type { CellVerdict, Conclusion } from '../verdict/verdict.ts';

/** Adds colour to finished lines. Colour is only ever a second carrier: words and marks say the same. */
export type Paint = (style: Style, text: string) => string;
export type Style = 'strong' | 'quiet' | 'bad' | 'doubt' | 'good';

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  strong: [1, 22],
  quiet: [2, 22],
  bad: [31, 39],
  doubt: [33, 39],
  good: [32, 39],
};

export const paintOf = (color: boolean): Paint =>
  color ? (style, text) => `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m` : (_, text) => text;

export const conclusionStyle: Readonly<Record<Conclusion, Style>> = {
  pass: 'good',
  fail: 'bad',
  undecided: 'doubt',
  unreached: 'doubt',
};

export const cellStyle: Readonly<Record<CellVerdict, Style>> = {
  fail: 'bad',
  invalid: 'doubt',
  missing: 'doubt',
  inconclusive: 'doubt',
  pass: 'good',
  'not-applicable': 'quiet',
};
