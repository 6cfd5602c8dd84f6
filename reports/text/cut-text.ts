import { displayWidth } from './display-width.ts';

/** Cleaned text in at most so many columns; what was cut off is told by an ellipsis. */
export function cutText(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let line = '';
  let width = 0;
  for (const character of text) {
    width += displayWidth(character);
    if (width > columns - 1) break;
    line += character;
  }
  return `${line}…`;
}
