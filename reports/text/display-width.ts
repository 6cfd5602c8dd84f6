/** East Asian Wide and Fullwidth blocks and emoji (UAX #11, coarsely): two terminal columns each. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const mark = /\p{M}/u;

/** Almost all texts are, with the signs that our own words use: each character takes one column. */
const narrow = /^[ -~–·×≤≥…µ]*$/;

/** Columns that cleaned text takes on a terminal. */
export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += mark.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** Pads by columns, not by characters. */
export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - displayWidth(text))) + text;
